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

  for connection in covered {
    let judged = ConnectionPlanning(connection, input).judged()
    findings += judged.findings
    if let change = judged.change {
      changes.append(change)
    } else if judged.isManaged {
      unchanged += 1
    }
  }

  let undeclared = UndeclaredPlanning(input).judged()
  changes += undeclared.changes
  findings += undeclared.findings

  let found = covered.compactMap {
    Finding.empty(
      $0, actual: input.snapshot.counterpart(of: $0).actual, catalog: input.catalog,
      blocked: input.flows.uses(of: $0.name))
  }
  findings += found
  let empty = found.filter { $0.kind == .empty }
  for connection in covered {
    let tokens = TokenPlanning(
      connection, snapshot: input.snapshot, catalog: input.catalog, tokens: input.tokens)
    findings += tokens?.findings() ?? []
    findings += Finding.scopeDrift(
      connection, granted: input.snapshot.counterpart(of: connection).actual?.grantedScopes,
      rules: input.catalog[connection.app]?.oauth?.scopes ?? ScopeRules(), tokens,
      required: input.flows.requirements(of: connection))
  }

  findings += input.flows.findings().filter { $0.connection.map(input.options.covers) ?? true }

  return Plan(
    changes: changes.sorted { $0.connection < $1.connection },
    findings: findings.sorted(by: Finding.inReadingOrder), unchangedCount: unchanged,
    emptyCount: empty.count,
    size: ProjectSize(
      declared: input.desired.count,
      managed: input.snapshot.applied.keys.count { input.snapshot.actual[$0] != nil }))
}
