package import Diagnostics
package import Model

/// The results of an apply.
package struct ApplyText: Sendable {
  private let palette: Palette
  package init(palette: Palette) { self.palette = palette }

  package enum Outcome: Hashable, Sendable { case done, failed, inDoubt, skipped }

  /// `twilio-prod: created`
  package func line(_ change: Change, _ ending: Outcome) -> TerminalText {
    let word: TerminalText =
      switch ending {
      case .done: palette.green("\(change.action.done)")
      case .failed: palette.red("failed")
      case .inDoubt: palette.red("result unknown")
      case .skipped: "not started"
      }
    return "\(change.connection.rawValue): \(word)"
  }

  /// `Applied: 2 created, 1 updated, 0 deleted. 1 empty connection.`; what failed is named.
  package func summary(_ results: [(change: Change, ending: Outcome)], empty: Int)
    -> TerminalText
  {
    let done = results.filter { $0.ending == .done }
    let counts = ChangeCounts(done.map(\.change.action))
      .summary(["created", "updated", "replaced", "renamed", "adopted", "deleted"])
    let failed = results.count { $0.ending == .failed }
    let inDoubt = results.count { $0.ending == .inDoubt }
    let skipped = results.count { $0.ending == .skipped }
    let emptyPart = empty > 0 ? " \(counted(empty, "empty connection"))." : ""
    if done.count == results.count { return palette.bold("Applied: \(counts).\(emptyPart)") }
    let inDoubtPart = inDoubt > 0 ? " \(inDoubt) with an unknown result," : ""
    let line = palette.bold(
      "Incomplete: \(counts); \(failed) failed,\(inDoubtPart) \(skipped) not started.\(emptyPart)")
    return ([line] + [Outcome.failed, .inDoubt, .skipped].compactMap { names(results, $0) })
      .joined(separator: "\n")
  }

  /// The names of a list that a person still reads.
  private static let shownNames = 20

  private func names(
    _ results: [(change: Change, ending: Outcome)], _ ending: Outcome
  ) -> TerminalText? {
    let names = results.filter { $0.ending == ending }.map(\.change.connection.rawValue)
    if names.isEmpty { return nil }
    let title: TerminalText =
      switch ending {
      case .done: "done"
      case .failed: "failed"
      case .inDoubt: "result unknown"
      case .skipped: "not started"
      }
    let rest = names.count - Self.shownNames
    let more = rest > 0 ? " and \(rest) more" : ""
    return "  \(title): \(names.prefix(Self.shownNames).joined(separator: ", "))\(more)"
  }
}

extension ChangeAction {
  fileprivate var done: String {
    switch self {
    case .create: "created"
    case .update: "updated"
    case .record: "recorded"
    case .replace: "replaced"
    case .delete: "deleted"
    case .rename: "renamed"
    case .adopt: "adopted"
    }
  }
}
