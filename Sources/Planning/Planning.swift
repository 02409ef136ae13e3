package import Model

/// What an apply would do, and what a reader should know of it.
///
/// 1. Each declared connection is compared with the store and with what was last applied.
/// 2. What the store has and nobody declares is told, and deleted where that was asked and it was
///    ours.
/// 3. Empty connections, scope drift, the state of tokens, and what flows cannot use are found whether or not something
///    changes.
/// 4. All is sorted: changes by name, findings by place.
///
/// The same input in any order gives the same plan.
package func plan(_ input: PlanningInput) -> Plan {
  var changes: [Change] = []
  var findings: [Finding] = []
  var unchanged = 0
  let covered = input.desired.filter { input.options.covers($0.name) }

  var empty = 0
  for judged in covered.concurrentMap({ judgement(of: $0, input) }) {
    findings += judged.findings
    empty += judged.findings.count { $0.kind == .empty }
    if let change = judged.change {
      changes.append(change)
    } else if judged.isManaged {
      unchanged += 1
    }
  }

  let undeclared = UndeclaredPlanning(input).judged()
  changes += undeclared.changes
  findings += undeclared.findings
  findings += input.flows.findings().filter { $0.connection.map(input.options.covers) ?? true }

  return Plan(
    changes: changes.sorted { $0.connection < $1.connection },
    findings: findings.sorted(by: Finding.inReadingOrder), unchangedCount: unchanged,
    emptyCount: empty,
    size: ProjectSize(
      declared: input.desired.count,
      managed: input.snapshot.applied.keys.count { input.snapshot.actual[$0] != nil }))
}

/// All that is to be said of one connection, whether or not something changes.
private func judgement(of connection: DesiredConnection, _ input: PlanningInput) -> Judgement {
  var judgement = ConnectionPlanning(connection, input).judged()
  let actual = input.snapshot.counterpart(of: connection).actual
  let empty = Finding.empty(
    connection, actual: actual, catalog: input.catalog,
    blocked: input.flows.uses(of: connection.name))
  judgement.findings += empty.map { [$0] } ?? []
  let tokens = TokenPlanning(
    connection, snapshot: input.snapshot, catalog: input.catalog, tokens: input.tokens)
  judgement.findings += tokens?.findings() ?? []
  judgement.findings += Finding.scopeDrift(
    connection, granted: actual?.grantedScopes,
    rules: input.catalog[connection.app]?.oauth?.scopes ?? ScopeRules(), tokens,
    required: input.flows.requirements(of: connection))
  return judgement
}
