package import Diagnostics
package import Model

/// Refuses a plan that is so large that it is probably a mistake, until `--force` confirms it.
package enum SafetyGuard {
  /// Percentage of the managed connections.
  package static let maxChangedPercent = 30
  /// With fewer managed connections a percentage means nothing.
  package static let minManaged = 10

  /// Why the plan must not be applied without `--force`; `nil` if it may be.
  package static func refusal(of plan: Plan) -> Diagnostic? {
    let destroying = plan.changes.filter(\.action.endsConnection)
    let deleted = destroying.count
    let isDestruction = plan.changes.contains { $0.reason == .destroyed }
    if isDestruction, deleted == plan.size.managed {
      let what = deleted == 1 ? "the only connection" : "all \(deleted) connections"
      return Diagnostic(
        .nothingDeclared, "\(what) that vaultctl applied would be deleted",
        help: ["if this is intended, apply with --force"])
    }
    if plan.size.declared == 0, deleted > 0 {
      return Diagnostic(
        .nothingDeclared,
        "no connection is declared, and \(deleted) of \(plan.size.managed) would be deleted",
        help: ["if this is intended, apply with --force"])
    }
    let used = destroying.filter { !$0.reach.isEmpty }
    if !used.isEmpty {
      return Diagnostic(
        .usedConnection,
        "flows use connections that would be deleted or replaced: \(Self.names(used))",
        notes: used.flatMap { change in
          change.reach.map { "flow `\($0.flow)`: \($0.actions.joined(separator: ", "))" }
        }, help: ["change the flows first, or apply with --force"])
    }
    let unread = plan.findings.filter { $0.diagnostic.code == .flowUnreadable }
    if !unread.isEmpty, !destroying.isEmpty {
      return Diagnostic(
        .flowUnreadable,
        "a flow that cannot be read may use connections that would be deleted or replaced:"
          + " \(Self.names(destroying))",
        notes: unread.map(\.diagnostic.message),
        help: ["fix the flows first, or apply with --force"])
    }
    let touched = plan.changes.count { $0.action.changesExisting }
    let managed = plan.size.managed
    guard managed >= minManaged, touched * 100 > managed * maxChangedPercent else { return nil }
    return Diagnostic(
      .tooManyChanges,
      "\(touched) of \(managed) managed connections (\(touched * 100 / managed) %) would be"
        + " changed or deleted; the limit is \(maxChangedPercent) %",
      notes: ["\(deleted) of them deleted or replaced"],
      help: ["if this is intended, apply with --force"])
  }

  private static func names(_ changes: [Change]) -> String {
    changes.map { "`\($0.connection)`" }.joined(separator: ", ")
  }
}

extension ChangeAction {
  fileprivate var changesExisting: Bool {
    switch self {
    case .delete, .replace, .update, .rename: true
    case .create, .record, .adopt: false
    }
  }
}
