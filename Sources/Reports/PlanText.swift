import Diagnostics
package import Model

/// A plan for people, in Terraform's habits.
package struct PlanText: Sendable {
  private let palette: Palette
  private let store: String

  package init(store: String, palette: Palette) {
    self.store = store
    self.palette = palette
  }

  package func text(_ plan: Plan) -> String {
    var parts: [String] = []
    if !plan.changes.isEmpty {
      parts.append("vaultctl will change \(shown(store)):\n")
      parts += plan.changes.map { text($0) }
    }
    if !plan.findings.isEmpty {
      let findings = DiagnosticText(palette: palette)
      parts += plan.findings.map { findings.text($0.diagnostic) + "\n" }
    }
    parts.append(palette.bold(summary(plan)))
    return parts.joined(separator: "\n") + "\n"
  }

  /// `Plan: 2 to create, 1 to update, 0 to delete. 1 empty connection.`
  package func summary(_ plan: Plan) -> String {
    let empty =
      plan.emptyCount > 0 ? " \(counted(plan.emptyCount, "empty connection"))." : ""
    if plan.changes.isEmpty {
      return "No changes. \(counted(plan.unchangedCount, "connection")) as declared.\(empty)"
    }
    let counts = ChangeCounts(plan.changes.map(\.action))
    return
      "Plan: \(counts.inWords(["to create", "to update", "to replace", "to adopt", "to delete"]))."
      + empty
  }

  private func text(_ change: Change) -> String {
    let name = shown(change.connection.rawValue)
    var lines = [
      "  # \(reason(change))",
      "  \(mark(change.action)) \(palette.bold("connection \"\(name)\"")) (app: \(change.app))",
    ]
    let width = change.details.map(\.title.unicodeScalars.count).max() ?? 0
    lines += change.details.map { detail($0, width: width) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func mark(_ action: ChangeAction) -> String {
    switch action {
    case .create: palette.green("+")
    case .update, .adopt, .record: palette.yellow("~")
    case .replace: "\(palette.red("-"))/\(palette.green("+"))"
    case .delete: palette.red("-")
    }
  }

  private func reason(_ change: Change) -> String {
    let why =
      switch change.reason {
      case .declared: "its manifest changed"
      case .drifted: "changed in the store; what is declared is restored"
      case .conflicting: "changed in its manifest and in the store"
      case .noLongerDeclared: "no manifest declares it any more"
      case .notInStore: "not in the store yet"
      case .lostInStore: "was applied, and is gone from the store"
      case .appChanged: "its app changed, which forces a replacement"
      case .unmanaged: "in the store already; it is taken over"
      }
    let recordOnly =
      if case .record = change.action { " (only the record is written)" } else { "" }
    return "\(change.place?.file.map { "\(shown($0)): " } ?? "")\(why)\(recordOnly)"
  }

  private func detail(_ detail: ChangeDetail, width: Int) -> String {
    let title = detail.title.padded(to: width)
    switch detail {
    case .setupType(let from, let to):
      return line(title, from.map { "\($0)" }, to.map { "\($0)" })
    case .plain(_, let from, let to):
      return line(title, from.map(value), to.map(value))
    case .label(_, let from, let to):
      return line(title, from.map { "\"\(shown($0))\"" }, to.map { "\"\(shown($0))\"" })
    case .scopes(let added, let removed):
      let words = added.map { "+\($0)" } + removed.map { "-\($0)" }
      return "      \(palette.yellow("~")) \(title) = \(shown(words.joined(separator: " ")))"
    case .secret(_, let change):
      let mark =
        switch change {
        case .set: palette.green("+")
        case .rotated, .reencrypted, .restored, .undecided: palette.yellow("~")
        case .removed: palette.red("-")
        }
      return "      \(mark) \(title) = (secret: \(change.inWords))"
    }
  }

  private func line(_ title: String, _ from: String?, _ to: String?) -> String {
    switch (from, to) {
    case (nil, let to): "      \(palette.green("+")) \(title) = \(to ?? "")"
    case (let from?, nil): "      \(palette.red("-")) \(title) = \(from)"
    case (let from?, let to?): "      \(palette.yellow("~")) \(title) = \(from) -> \(to)"
    }
  }

  private func value(_ value: PlainValue) -> String {
    switch value {
    case .string(let text): "\"\(shown(text))\""
    case .number(let text): shown(text)
    case .boolean(let value): "\(value)"
    }
  }
}

/// How many changes there are of each kind.
struct ChangeCounts {
  private var create = 0
  private var update = 0
  private var replace = 0
  private var adopt = 0
  private var delete = 0

  init(_ actions: some Sequence<ChangeAction>) {
    for action in actions {
      switch action {
      case .create: create += 1
      case .update, .record: update += 1
      case .replace: replace += 1
      case .adopt: adopt += 1
      case .delete: delete += 1
      }
    }
  }

  /// `words` for creates, updates, replacements, adoptions and deletions; replacements and
  /// adoptions are only told where there are some.
  func inWords(_ words: [String]) -> String {
    zip([create, update, replace, adopt, delete], words).enumerated()
      .filter { ![2, 3].contains($0.offset) || $0.element.0 > 0 }
      .map { "\($0.element.0) \($0.element.1)" }
      .joined(separator: ", ")
  }
}

extension ChangeDetail {
  fileprivate var title: String {
    switch self {
    case .setupType: "setup"
    case .plain(let field, _, _), .secret(let field, _): shown(field.rawValue)
    case .label(let key, _, _): "label \(shown(key))"
    case .scopes: "scopes"
    }
  }
}

extension SecretChange {
  fileprivate var inWords: String {
    switch self {
    case .set, .rotated, .removed, .restored: rawValue
    case .reencrypted: "re-encrypted, same value"
    case .undecided: "undecided: sealed anew, no key at hand"
    }
  }
}
