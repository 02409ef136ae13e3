import Diagnostics
package import Model
import Parallelism

/// Computes what an apply would do, and what a reader should know about it.
package struct Planner: Sendable {
  private let input: PlanningInput

  package init(_ input: PlanningInput) { self.input = input }

  /// 1. Each declared connection is compared with the store and with what was last applied.
  /// 2. What the store has and no manifest declares is reported; with `prunes`, those that we
  ///    created are deleted.
  /// 3. Empty connections, scope drift, the state of tokens, and what flows cannot use are found
  ///    whether or not something changes.
  /// 4. So are values that do not open, because they were moved or the project was renamed.
  /// 5. Everything is sorted: changes by name, findings by location.
  ///
  /// The same input in any order gives the same plan.
  package func plan() -> Plan {
    if input.options.destroys { return destroyPlan() }
    var changes: [Change] = []
    var findings: [Finding] = []
    var unchanged = 0
    let covered = input.desired.filter { input.options.covers($0.name) }

    var empty = 0
    for decision in covered.concurrentMap({ [input] in ConnectionPlanner($0, input).decide() }) {
      findings += decision.findings
      empty += decision.findings.count { $0.kind == .empty }
      if let change = decision.change {
        changes.append(change)
      } else if decision.isManaged {
        unchanged += 1
      }
    }

    let undeclared = UndeclaredPlanner(input).decide()
    changes += undeclared.changes
    findings += undeclared.findings
    findings += input.flows.findings().filter { $0.connection.map(input.options.covers) ?? true }

    findings = Finding.joiningUnclaimed(findings, store: input.options.store)
    findings += MovedSecretFinder(input).findings(covered)
    findings += Finding.projectRenamed(covered, input).map { [$0] } ?? []

    return Plan(
      changes: changes.sorted { $0.connection < $1.connection },
      findings: findings.sorted(by: Finding.inReadingOrder), unchangedCount: unchanged,
      emptyCount: empty, size: size)
  }

  private var size: ProjectSize {
    ProjectSize(
      declared: input.desired.count,
      managed: input.snapshot.applied.keys.count { input.snapshot.actual[$0] != nil })
  }

  /// Everything that we applied is deleted, and nothing else is looked at but what flows use.
  private func destroyPlan() -> Plan {
    let (changes, findings) = DestroyPlanner(input).decide()
    let ofFlows = input.flows.findings().filter { $0.diagnostic.code == .flowUnreadable }
    return Plan(
      changes: changes.sorted { $0.connection < $1.connection },
      findings: (findings + ofFlows).sorted(by: Finding.inReadingOrder), unchangedCount: 0,
      emptyCount: 0, size: size)
  }
}
