import Manifests
import Model
import Planning
import Reports

/// The rows of `status`, one per connection.
struct StatusReader {
  private let snapshot: Snapshot
  private let workspace: Workspace
  private let changed: Set<ConnectionName>
  private let kinds: [ConnectionName: Set<FindingKind>]
  private let tokens: TokenOverview?

  init(_ overview: ProjectOverview, _ workspace: Workspace) {
    tokens = overview.tokens
    snapshot = overview.snapshot
    let plan = overview.plan
    self.workspace = workspace
    changed = Set(plan.changes.map(\.connection))
    kinds = plan.findingKinds
  }

  func rows() -> [StatusRow] {
    let declared = workspace.state.connections
    let names = Set(declared.flatMap { [$0.name, snapshot.counterpart(of: $0).name] })
    let others = snapshot.actual.values.filter { !names.contains($0.name) }
    let foreign = snapshot.foreign.filter { !names.contains($0.key) }.map { name, record in
      StatusRow(
        name: name, app: record.app, state: .foreign, version: record.version,
        updatedAt: record.provenance.at)
    }
    return (declared.map(row) + others.map(row) + foreign).sorted { $0.name < $1.name }
  }

  private func row(_ connection: DesiredConnection) -> StatusRow {
    let actual = snapshot.counterpart(of: connection).actual
    let state = state(of: connection.name)
    let shape = workspace.catalog.shape(of: connection)
    return StatusRow(
      name: connection.name, app: connection.app, state: state,
      missing: state == .empty
        ? shape?.missing(from: connection.setup?.fields.keys.map { $0 } ?? []) ?? [] : [],
      version: actual?.version, updatedAt: actual?.updatedAt, tokens: tokenRow(connection))
  }

  private func tokenRow(_ connection: DesiredConnection) -> StatusRow.Tokens? {
    guard
      let planner = TokenPlanner(
        connection, snapshot: snapshot, catalog: workspace.catalog, tokens: tokens),
      let state = planner.state
    else { return nil }
    return StatusRow.Tokens(
      state: state, endsAt: planner.endsAt, endsForGood: planner.endsForGood,
      verifiedAt: planner.verifiedAt, isRecoverable: planner.isRecoverable)
  }

  private func row(_ actual: ActualConnection) -> StatusRow {
    StatusRow(
      name: actual.name, app: actual.app,
      state: snapshot.applied[actual.name] == nil ? .unmanaged : .orphaned,
      version: actual.version, updatedAt: actual.updatedAt)
  }

  /// The worst state that applies.
  private func state(of name: ConnectionName) -> StatusRow.State {
    let kinds = kinds[name] ?? []
    if kinds.contains(.foreign) || snapshot.unclaimed.contains(name) { return .foreign }
    if kinds.contains(.conflict) { return .conflict }
    if kinds.contains(.drift) { return .drifted }
    if kinds.contains(.empty) { return .empty }
    if changed.contains(name) || kinds.contains(.unmanaged) { return .pending }
    if kinds.contains(.scopeDrift) { return .scopeDrift }
    return .ready
  }
}
