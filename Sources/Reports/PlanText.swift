package import Diagnostics
package import Model

/// A plan for people, in Terraform's habits.
package struct PlanText: Sendable {
  private let palette: Palette

  package init(palette: Palette) { self.palette = palette }

  /// Several plans below each other, summed up at the end.
  package func text(_ plans: [EnvironmentPlan]) -> TerminalText {
    guard plans.count > 1 else { return plans.first.map { text($0) } ?? "" }
    let parts: [TerminalText] = plans.map {
      "\(palette.bold("Environment \($0.title)"))\n\n\(text($0))\n"
    }
    let width = plans.map { TerminalText($0.title).width }.max() ?? 0
    let sums: [TerminalText] = plans.map {
      "  \(TerminalText($0.title).padded(to: width))  \(summary($0.plan))\n"
    }
    return parts.joined() + palette.bold("All environments") + "\n" + sums.joined()
  }

  package func text(_ planned: EnvironmentPlan) -> TerminalText {
    let plan = planned.plan
    var parts: [TerminalText] = []
    if !plan.changes.isEmpty {
      parts.append("vaultctl will change \(planned.store):\n")
      parts += plan.changes.map { text($0) }
    }
    if !plan.findings.isEmpty {
      let findings = DiagnosticText(palette: palette)
      parts += plan.findings.map { findings.text($0.diagnostic) + "\n" }
    }
    parts.append(palette.bold("\(summary(plan))"))
    return parts.joined(separator: "\n") + "\n"
  }

  /// `Plan: 2 to create, 1 to update, 0 to delete. 1 empty connection.`
  package func summary(_ plan: Plan) -> String {
    let empty =
      plan.emptyCount > 0 ? " \(counted(plan.emptyCount, "empty connection"))." : ""
    if plan.changes.isEmpty {
      return "No changes. \(counted(plan.unchangedCount, "connection")) up to date.\(empty)"
    }
    let counts = ChangeCounts(plan.changes.map(\.action))
    return
      "Plan: \(counts.summary(["to create", "to update", "to replace", "to rename", "to adopt", "to delete"]))."
      + empty
  }

  private func text(_ change: Change) -> TerminalText {
    let file: TerminalText = change.location?.file.map { "\($0): " } ?? ""
    var lines: [TerminalText] = [
      "  # \(file)\(change.reasonInWords)",
      "  \(mark(change.action)) \(palette.bold("connection \"\(change.connection)\"")) (app: \(change.app))",
    ]
    lines += DetailLine.aligned(change.details).map {
      "      \(palette.coloured($0.mark)) \($0.text)"
    }
    lines += change.reach.map {
      "      used by flow \"\($0.flow)\": \($0.actions.joined(separator: ", "))"
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func mark(_ action: ChangeAction) -> TerminalText {
    switch action {
    case .create: palette.green(TerminalText(action.symbol))
    case .update, .adopt, .record, .rename: palette.yellow(TerminalText(action.symbol))
    case .replace, .delete: palette.red(TerminalText(action.symbol))
    }
  }
}

/// The number of changes of each kind.
struct ChangeCounts {
  private var create = 0
  private var update = 0
  private var replace = 0
  private var rename = 0
  private var adopt = 0
  private var delete = 0

  init(_ actions: some Sequence<ChangeAction>) {
    for action in actions {
      switch action {
      case .create: create += 1
      case .update, .record: update += 1
      case .replace: replace += 1
      case .rename: rename += 1
      case .adopt: adopt += 1
      case .delete: delete += 1
      }
    }
  }

  /// `words` for creates, updates, replacements, renames, adoptions and deletions; those in the
  /// middle are only shown where there are some.
  func summary(_ words: [String]) -> String {
    zip([create, update, replace, rename, adopt, delete], words).enumerated()
      .filter { !(2...4).contains($0.offset) || $0.element.0 > 0 }
      .map { "\($0.element.0) \($0.element.1)" }
      .joined(separator: ", ")
  }
}

extension ChangeAction {
  /// Terraform's signs.
  var symbol: String {
    switch self {
    case .create: "+"
    case .update, .adopt, .record, .rename: "~"
    case .replace: "-/+"
    case .delete: "-"
    }
  }
}
