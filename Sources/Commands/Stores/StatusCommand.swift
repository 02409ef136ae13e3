import ArgumentParser
import Diagnostics
import Manifests
import Model
import Planning
import Reports

struct StatusCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "The vault page: every connection and its state.")

  @OptionGroup var global: GlobalOptions

  @Option(help: "Output: text or json.")
  var format: OutputFormat = .text

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    try workspace.requireNoErrors()
    let session = try Session(workspace, console: console)
    let snapshot = try await session.read()
    let tokens = try await session.tokenOverview()
    let plan = Planning.plan(
      PlanningInput(
        desired: workspace.state.connections, snapshot: snapshot, catalog: workspace.catalog,
        tokens: tokens))
    let rows = StatusRows(plan, snapshot, workspace, tokens).rows()
    let text = StatusText(palette: console.palette)
    let forecast = tokens.map { TokenForecast(rows, now: $0.now) }
    switch format {
    case .text: console.result(text.text(rows, forecast))
    case .json: console.result(text.json(rows, forecast))
    }
    return .fine
  }
}

private struct StatusRows {
  private let snapshot: Snapshot
  private let workspace: Workspace
  private let changed: Set<ConnectionName>
  private let kinds: [ConnectionName: Set<FindingKind>]
  private let tokens: TokenOverview?

  init(
    _ plan: Plan, _ snapshot: Snapshot, _ workspace: Workspace, _ tokens: TokenOverview?
  ) {
    self.tokens = tokens
    self.snapshot = snapshot
    self.workspace = workspace
    changed = Set(plan.changes.map(\.connection))
    kinds = plan.findings.reduce(into: [:]) { kinds, finding in
      if let name = finding.connection { kinds[name, default: []].insert(finding.kind) }
    }
  }

  func rows() -> [StatusRow] {
    let declared = workspace.state.connections
    let names = Set(declared.flatMap { [$0.name, snapshot.counterpart(of: $0).name] })
    let others = snapshot.actual.values.filter { !names.contains($0.name) }
    return (declared.map(row) + others.map(row)).sorted { $0.name < $1.name }
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
      let planning = TokenPlanner(
        connection, snapshot: snapshot, catalog: workspace.catalog, tokens: tokens),
      let state = planning.state
    else { return nil }
    return StatusRow.Tokens(
      state: state, endsAt: planning.endsAt, endsForGood: planning.endsForGood,
      verifiedAt: planning.verifiedAt, isRecoverable: planning.isRecoverable)
  }

  private func row(_ actual: ActualConnection) -> StatusRow {
    StatusRow(
      name: actual.name, app: actual.app,
      state: snapshot.applied[actual.name] == nil ? .unmanaged : .orphaned,
      version: actual.version, updatedAt: actual.updatedAt)
  }

  /// The worst that holds.
  private func state(of name: ConnectionName) -> StatusRow.State {
    let kinds = kinds[name] ?? []
    if kinds.contains(.conflict) { return .conflict }
    if kinds.contains(.drift) { return .drifted }
    if kinds.contains(.empty) { return .empty }
    if changed.contains(name) || kinds.contains(.unmanaged) { return .pending }
    if kinds.contains(.scopeDrift) { return .scopeDrift }
    return .ready
  }
}
