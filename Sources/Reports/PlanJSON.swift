import Model

/// Plans for programs.
package enum PlanJSON {
  /// One plan is a document; several are a document's `environments`.
  package static func text(_ plans: [EnvironmentPlan]) -> JSONReport {
    if plans.count == 1, let only = plans.first { return JSONReport(Document(only)) }
    return JSONReport(Several(environments: plans.map(Document.init)))
  }

  private struct Several: Encodable {
    let environments: [Document]
  }

  /// One plan.
  package struct Document: Encodable, Sendable {
    let environment: String?
    let store: String
    let address: String?
    private let changes: [ChangeForm]
    private let findings: [FindingForm]
    let unchanged: Int
    let empty: Int
    private let store_key: StoreKeyForm?

    package init(_ planned: EnvironmentPlan) {
      environment = planned.environment
      store = planned.store
      address = planned.address
      changes = planned.plan.changes.map(ChangeForm.init)
      findings = planned.plan.findings.map(FindingForm.init)
      unchanged = planned.plan.unchangedCount
      empty = planned.plan.emptyCount
      store_key = planned.plan.storeKey.map {
        StoreKeyForm(added: $0.added, removed: $0.removed, is_new: $0.makesNewKey)
      }
    }
  }

  private struct StoreKeyForm: Encodable, Sendable {
    let added: [String]
    let removed: [String]
    let is_new: Bool
  }

  private struct ChangeForm: Encodable, Sendable {
    let connection: String
    let app: String
    let action: String
    let reason: String
    /// The name in the store, for a rename.
    let former_name: String?
    let details: [DetailForm]
    /// The flows that the change reaches.
    let flows: [FlowUse]

    init(_ change: Change) {
      connection = change.connection.rawValue
      app = change.app.rawValue
      action = change.action.word
      reason = change.reason.word
      former_name =
        if case .rename(_, _, let former) = change.action { former.rawValue } else { nil }
      details = change.details.map(DetailForm.init)
      flows = change.reach
    }
  }

}

/// Members that `kind` does not have are left out.
struct DetailForm: Encodable, Sendable {
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
      kind = "setup_type"
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
    case .destinations(let added, let removed):
      kind = "destinations"
      self.added = added.map(\.rawValue)
      self.removed = removed.map(\.rawValue)
    case .reauthorize(let who):
      kind = "reauthorize"
      to = who.rawValue
    case .preventDestroy(let isSet):
      kind = "prevent_destroy"
      to = "\(isSet)"
    case .label(let key, let from, let to):
      kind = "label"
      name = key
      self.from = from
      self.to = to
    }
  }
}

struct FindingForm: Encodable, Sendable {
  let kind: String
  let connection: String?
  let diagnostic: DiagnosticForm

  init(_ finding: Finding) {
    kind = finding.kind.rawValue
    connection = finding.connection?.rawValue
    diagnostic = DiagnosticForm(finding.diagnostic)
  }
}

extension ChangeAction {
  var word: String {
    switch self {
    case .create: "create"
    case .update: "update"
    case .record: "record"
    case .replace: "replace"
    case .delete: "delete"
    case .rename: "rename"
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
    case .destroyed: "destroyed"
    case .notInStore: "not-in-store"
    case .lostInStore: "lost-in-store"
    case .appChanged: "app-changed"
    case .renamed: "renamed"
    case .unmanaged: "unmanaged"
    }
  }
}
