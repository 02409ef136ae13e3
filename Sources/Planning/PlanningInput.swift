package import Model

/// Everything that a plan is made from.
package struct PlanningInput: Sendable {
  package let desired: [DesiredConnection]
  package let snapshot: Snapshot
  package let catalog: Catalog
  /// The results of opening changed ciphertexts; a field of `undecidedSecrets` that is missing here
  /// stays undecided.
  package let comparisons: [FieldAddress: SecretComparison]
  package let options: PlanningOptions
  package let flows: FlowIndex
  /// `nil` if the store keeps no tokens, or was not read.
  package let tokens: TokenOverview?
  /// The base's connections, if an environment is planned: its secrets are theirs, too.
  let base: [ConnectionName: DesiredConnection]
  /// Where the project file of a branch would send secrets, if the trusted one says otherwise.
  let proposed: [ConnectionName: Set<Destination>]
  /// The fields of each message that is the value of several, in any environment.
  let sharedMessages: [[LocatedSealedField]]
  /// The owners of keys as people know them, by key id.
  let keyOwners: [String: String]

  package init(
    desired: [DesiredConnection], snapshot: Snapshot, catalog: Catalog,
    comparisons: [FieldAddress: SecretComparison] = [:],
    options: PlanningOptions = PlanningOptions(), flows: [Flow] = [],
    tokens: TokenOverview? = nil, base: [DesiredConnection] = [],
    proposed: [ConnectionName: Set<Destination>] = [:],
    sharedMessages: [[LocatedSealedField]] = [], keyOwners: [String: String] = [:]
  ) {
    self.desired = desired
    self.snapshot = snapshot
    self.catalog = catalog
    self.comparisons = comparisons
    self.options = options
    self.tokens = tokens
    self.base = Dictionary(base.map { ($0.name, $0) }) { first, _ in first }
    self.proposed = proposed
    self.sharedMessages = sharedMessages
    self.keyOwners = keyOwners
    self.flows = FlowIndex(flows, desired: desired, snapshot: snapshot, catalog: catalog)
  }
}

/// The connections that a user can name: those that are declared, and those that the store has or had.
package func selectableNames(
  desired: [DesiredConnection], snapshot: Snapshot
) -> Set<ConnectionName> {
  Set(desired.map(\.name)).union(snapshot.actual.keys).union(snapshot.applied.keys)
}
