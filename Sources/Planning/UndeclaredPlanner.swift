import Model

/// Plans for connections that the store has and no manifest declares. Applied records of
/// connections that the store no longer has are ignored.
struct UndeclaredPlanner {
  private let input: PlanningInput

  init(_ input: PlanningInput) { self.input = input }

  func decide() -> (changes: [Change], findings: [Finding]) {
    // A connection that is being renamed still exists under its previous name.
    let declared = Set(
      input.desired.flatMap { [$0.name, input.snapshot.counterpart(of: $0).name] })
    var changes: [Change] = []
    let blocking = Set(input.desired.flatMap { input.snapshot.blockers(of: $0) })
    var findings = Finding.foreign(
      input.snapshot.foreignEntries.filter { !blocking.contains($0) }, store: input.options.store)
    for (name, actual) in input.snapshot.actual
    where !declared.contains(name) && input.options.covers(name) {
      guard let applied = input.snapshot.applied[name] else {
        findings.append(.unmanaged(name, store: input.options.store))
        continue
      }
      guard input.options.prunes else {
        findings.append(.orphaned(name, store: input.options.store))
        continue
      }
      if applied.preventsDestroy {
        findings.append(.deletionPrevented(name, store: input.options.store))
        continue
      }
      changes.append(
        Change(
          connection: name, app: actual.app, action: .delete(actual.id, from: actual.version),
          reason: .noLongerDeclared,
          details: DetailBuilder.removal(of: actual, shape: input.catalog.shape(of: actual)),
          location: nil, reach: input.flows.uses(of: name, isRemoved: true)))
    }
    return (changes, findings)
  }
}
