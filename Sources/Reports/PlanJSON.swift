package import Diagnostics
package import Model

/// A plan for programs: JSON with sorted keys and a version of its form.
package enum PlanJSON {
  package static let formatVersion = "1.0"

  package static func text(_ plan: Plan, store: String) -> String {
    json(
      Document(
        formatVersion: formatVersion, store: store, changes: plan.changes.map(ChangeForm.init),
        findings: plan.findings.map(FindingForm.init), unchanged: plan.unchangedCount,
        empty: plan.emptyCount))
  }

  private struct Document: Encodable {
    let formatVersion: String
    let store: String
    let changes: [ChangeForm]
    let findings: [FindingForm]
    let unchanged: Int
    let empty: Int
  }

  private struct ChangeForm: Encodable {
    let connection: String
    let app: String
    let action: String
    let reason: String
    let details: [DetailForm]

    init(_ change: Change) {
      connection = change.connection.rawValue
      app = change.app.rawValue
      action = change.action.word
      reason = change.reason.word
      details = change.details.map(DetailForm.init)
    }
  }

  /// What `kind` does not have is left out.
  private struct DetailForm: Encodable {
    let kind: String
    var name: String?
    var from: String?
    var to: String?
    var change: String?
    var added: [String]?
    var removed: [String]?

    init(_ detail: ChangeDetail) {
      switch detail {
      case .setupType(let from, let to):
        kind = "setupType"
        self.from = from?.rawValue
        self.to = to?.rawValue
      case .plain(let field, let from, let to):
        kind = "field"
        name = field.rawValue
        self.from = from?.text
        self.to = to?.text
      case .secret(let field, let secretChange):
        kind = "secret"
        name = field.rawValue
        change = secretChange.rawValue
      case .scopes(let added, let removed):
        kind = "scopes"
        self.added = added.map(\.rawValue)
        self.removed = removed.map(\.rawValue)
      case .preventDestroy(let isSet):
        kind = "preventDestroy"
        to = "\(isSet)"
      case .label(let key, let from, let to):
        kind = "label"
        name = key
        self.from = from
        self.to = to
      }
    }
  }

  private struct FindingForm: Encodable {
    let kind: String
    let connection: String?
    let diagnostic: DiagnosticForm

    init(_ finding: Finding) {
      kind = finding.kind.rawValue
      connection = finding.connection?.rawValue
      diagnostic = DiagnosticForm(finding.diagnostic)
    }
  }
}

/// Diagnostics for programs.
package enum DiagnosticJSON {
  package static func text(_ diagnostics: [Diagnostic]) -> String {
    json(["diagnostics": diagnostics.map(DiagnosticForm.init)])
  }
}

private struct DiagnosticForm: Encodable {
  let code: String
  let severity: String
  let message: String
  let file: String?
  let line: Int?
  let column: Int?
  let notes: [String]
  let help: [String]

  init(_ diagnostic: Diagnostic) {
    code = diagnostic.code.rawValue
    severity = diagnostic.severity.rawValue
    message = diagnostic.message
    file = diagnostic.place?.file
    line = diagnostic.place?.span?.start.line
    column = diagnostic.place?.span?.start.column
    notes = diagnostic.notes
    help = diagnostic.help
  }
}

func json(_ value: some Encodable) -> String {
  guard let text = try? canonicalJSON(value, isPretty: true) else {
    preconditionFailure("texts, numbers and lists can always be written as JSON")
  }
  return text + "\n"
}

extension ChangeAction {
  fileprivate var word: String {
    switch self {
    case .create: "create"
    case .update: "update"
    case .record: "record"
    case .replace: "replace"
    case .delete: "delete"
    case .adopt: "adopt"
    }
  }
}

extension ChangeReason {
  fileprivate var word: String {
    switch self {
    case .declared: "declared"
    case .drifted: "drifted"
    case .conflicting: "conflicting"
    case .noLongerDeclared: "no-longer-declared"
    case .notInStore: "not-in-store"
    case .lostInStore: "lost-in-store"
    case .appChanged: "app-changed"
    case .unmanaged: "unmanaged"
    }
  }
}
