package import Model
import Parallelism

/// Everything that a plan is made from.
package struct PlanningInput: Sendable {
  package let desired: [DesiredConnection]
  package let snapshot: Snapshot
  package let catalog: Catalog
  /// What opening changed ciphertexts has shown; a field of `undecidedSecrets` that is missing
  /// here stays undecided.
  package let comparisons: [FieldAddress: SecretComparison]
  package let options: PlanningOptions
  package let flows: FlowIndex
  /// `nil` where the store keeps no tokens, or was not read.
  package let tokens: TokenOverview?

  package init(
    desired: [DesiredConnection], snapshot: Snapshot, catalog: Catalog,
    comparisons: [FieldAddress: SecretComparison] = [:],
    options: PlanningOptions = PlanningOptions(), flows: [Flow] = [],
    tokens: TokenOverview? = nil
  ) {
    self.desired = desired
    self.snapshot = snapshot
    self.catalog = catalog
    self.comparisons = comparisons
    self.options = options
    self.tokens = tokens
    self.flows = FlowIndex(flows, desired: desired, snapshot: snapshot, catalog: catalog)
  }
}

/// What the user asked for.
package struct PlanningOptions: Hashable, Sendable {
  /// Delete what we applied once and no manifest declares any more.
  package var prunes: Bool
  /// Take over declared connections that the store has without an applied record.
  package var adopts: Bool
  /// `nil`: all connections.
  package var targets: Set<ConnectionName>?
  /// The store's name in diagnostics.
  package var store: String

  package init(
    prunes: Bool = false, adopts: Bool = false, targets: Set<ConnectionName>? = nil,
    store: String = "store"
  ) {
    self.prunes = prunes
    self.adopts = adopts
    self.targets = targets
    self.store = store
  }

  func covers(_ name: ConnectionName) -> Bool { targets?.contains(name) ?? true }
}

/// The sealed fields whose ciphertext is not the one that was applied, in order: those that must be
/// opened to know whether a value was only encrypted again. None where nothing changed.
package func undecidedSecrets(
  desired: [DesiredConnection], snapshot: Snapshot, targets: Set<ConnectionName>? = nil
) -> [FieldAddress] {
  desired.filter { targets?.contains($0.name) ?? true }.concurrentMap { connection in
    let counterpart = snapshot.counterpart(of: connection)
    guard let actual = counterpart.actual, let applied = counterpart.applied,
      actual.app == connection.app
    else { return [FieldAddress]() }
    return (connection.setup?.fields ?? [:]).compactMap { field, value in
      guard case .sealed(let message) = value,
        case .sealed(let ciphertext, _, _) = applied.fields[field], ciphertext != message.digest,
        case .secret = actual.fields[field], !connection.ignoredFields.contains(field)
      else { return nil }
      return FieldAddress(connection.name, field)
    }
  }.flatMap(\.self).sorted()
}

/// The targets that are neither declared nor in the store.
package func unknownTargets(
  _ targets: Set<ConnectionName>, desired: [DesiredConnection], snapshot: Snapshot
) -> [ConnectionName] {
  let declared = Set(desired.map(\.name))
  return targets.filter {
    !declared.contains($0) && snapshot.actual[$0] == nil && snapshot.applied[$0] == nil
  }.sorted()
}
