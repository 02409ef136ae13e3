import Model

/// Plans the deletion of everything that we applied, whatever is declared.
struct DestroyPlanner {
  private let input: PlanningInput

  init(_ input: PlanningInput) { self.input = input }

  func decide() -> (changes: [Change], findings: [Finding]) {
    let guarded = Set(input.desired.filter(\.preventsDestroy).map(\.name))
    var changes: [Change] = []
    var findings: [Finding] = []
    for (name, actual) in input.snapshot.actual where input.options.covers(name) {
      guard let applied = input.snapshot.applied[name] else { continue }
      if applied.preventsDestroy || guarded.contains(name) {
        findings.append(.deletionPrevented(name, store: input.options.store))
        continue
      }
      changes.append(
        Change(
          connection: name, app: actual.app, action: .delete(actual.id, from: actual.version),
          reason: .destroyed,
          details: DetailBuilder.removal(of: actual, shape: input.catalog.shape(of: actual)),
          location: nil, reach: input.flows.uses(of: name, isRemoved: true)))
    }
    return (changes, findings)
  }
}
