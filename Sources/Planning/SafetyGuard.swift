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
    let deleted = plan.changes.count { $0.action.deletes }
    if plan.size.declared == 0, deleted > 0 {
      return Diagnostic(
        .nothingDeclared,
        "no connection is declared, and \(deleted) of \(plan.size.managed) would be deleted",
        help: ["if this is intended, confirm with --force"])
    }
    let used = plan.changes.filter { $0.action.deletes && !$0.reach.isEmpty }
    if !used.isEmpty {
      return Diagnostic(
        .usedConnection,
        "flows use connections that would be deleted: \(used.map { "`\($0.connection)`" }.joined(separator: ", "))",
        notes: used.flatMap { change in
          change.reach.map { "flow `\($0.flow)`: \($0.actions.joined(separator: ", "))" }
        }, help: ["change the flows first, or confirm with --force"])
    }
    let touched = plan.changes.count { $0.action.changesExisting }
    let managed = plan.size.managed
    guard managed >= minManaged, touched * 100 > managed * maxChangedPercent else { return nil }
    return Diagnostic(
      .tooManyChanges,
      "\(touched) of \(managed) managed connections (\(touched * 100 / managed) %) would be"
        + " changed or deleted; the limit is \(maxChangedPercent) %",
      notes: ["\(deleted) of them deleted"], help: ["if this is intended, confirm with --force"])
  }
}

extension ChangeAction {
  fileprivate var deletes: Bool {
    switch self {
    case .delete: true
    case .create, .update, .record, .replace, .rename, .adopt: false
    }
  }

  fileprivate var changesExisting: Bool {
    switch self {
    case .delete, .replace, .update, .rename: true
    case .create, .record, .adopt: false
    }
  }
}
