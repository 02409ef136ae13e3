package import Diagnostics
package import Model

/// A plan for people, in Terraform's style.
package struct PlanText: Sendable {
  private let palette: Palette

  package init(palette: Palette) { self.palette = palette }

  /// Several plans in sequence, with totals at the end.
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
    if !plan.isEmpty {
      let address: TerminalText = planned.address.map { " at \($0)" } ?? ""
      let head: TerminalText = "vaultctl will change \(planned.store)\(address):"
      parts.append(head.wrapped(to: palette.width, hanging: 2) + "\n")
      parts += plan.changes.map { text($0) }
      if let change = plan.storeKey { parts.append(text(change)) }
    }
    if !plan.findings.isEmpty {
      let findings = DiagnosticText(palette: palette)
      parts += plan.findings.map { findings.text($0.diagnostic) + "\n" }
    }
    parts.append(palette.bold("\(summary(plan))").wrapped(to: palette.width, hanging: 2))
    return parts.joined(separator: "\n") + "\n"
  }

  /// `Plan: 2 to create, 1 to update, 0 to delete. 1 empty connection.`
  package func summary(_ plan: Plan) -> String {
    let empty =
      plan.emptyCount > 0 ? " \(counted(plan.emptyCount, "empty connection"))." : ""
    if plan.isEmpty {
      return "No changes. \(counted(plan.unchangedCount, "connection")) up to date.\(empty)"
    }
    let counts = ChangeCounts(plan.changes.map(\.action))
    let key =
      plan.storeKey.map {
        $0.makesNewKey ? " The store gets a new key." : " The store's key is sealed again."
      } ?? ""
    return
      "Plan: \(counts.summary(["to create", "to update", "to replace", "to rename", "to adopt", "to delete"]))."
      + key + empty
  }

  private func text(_ change: StoreKeyChange) -> TerminalText {
    var lines: [TerminalText] = [
      change.makesNewKey
        ? "  # recipients changed: a new key is made, and everything in the store is sealed under it"
        : "  # recipients changed",
      "  \(palette.yellow("~")) \(palette.bold("store key"))",
    ]
    lines += change.added.map { "      \(palette.green("+")) \($0)" }
    lines += change.removed.map { "      \(palette.red("-")) \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private func text(_ change: Change) -> TerminalText {
    let file: TerminalText = change.location?.file.map { "\($0): " } ?? ""
    var lines: [TerminalText] = [
      ("  # \(file)\(change.reasonSummary)" as TerminalText).wrapped(to: palette.width, hanging: 2),
      "  \(mark(change.action)) \(palette.bold("connection \"\(change.connection)\"")) (app: \(change.app))",
    ]
    lines += DetailLine.aligned(change.details).map {
      "      \(palette.coloured($0.mark)) \($0.text)"
    }
    lines += change.reach.map {
      ("      \($0.isBroken ? "breaks" : "used by") flow \"\($0.flow)\": \($0.actions.joined(separator: ", "))"
        as TerminalText).wrapped(to: palette.width, hanging: 2)
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
