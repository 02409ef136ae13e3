import Diagnostics
import Manifests
import Model
import Planning
import Stores

extension Session {
  func saved(_ plan: Plan, _ snapshot: Snapshot) -> SavedPlan {
    SavedPlan(
      plan, basis: basis(of: plan, snapshot), project: workspace.project.name,
      environment: workspace.environment?.name,
      store: identity, manifests: workspace.state.manifests.map(\.file),
      toolVersion: Program.version, commit: GitHead.commit(above: workspace.files.root))
  }

  /// The saved plan, if it was made for this project, environment and store; the store is not asked.
  func savedPlan(in file: String) throws -> SavedPlan {
    let saved = try SavedPlan.read(file)
    var differences: [String] = []
    if saved.project != workspace.project.name {
      differences.append("it is for project `\(saved.project)`")
    }
    if saved.environment != workspace.environment?.name {
      differences.append(
        "it is for \(saved.environment.map { "environment `\($0)`" } ?? "the base")")
    }
    differences += saved.store.differences(from: identity)
    if differences.isEmpty { return saved }
    throw Failure(.planForAnotherStore(file, differences: differences))
  }

  /// Refuses a plan if something that it is based on has changed.
  ///
  /// - Parameter readsFlows: the store's own flows count too.
  func requireCurrent(_ saved: SavedPlan, in file: String, readsFlows: Bool) async throws {
    if saved.plan.isEmpty { return }
    let snapshot = try await read()
    _ = try await discovered(snapshot, over: tokenHTTP)
    let changes =
      try await saved.basis.changes(to: basis(of: saved.plan, snapshot))
      + usesGained(since: saved.plan, snapshot, readsFlows: readsFlows)
    if !changes.isEmpty { throw Failure(.stalePlan(file, changes: changes)) }
  }

  /// What flows use by now of the connections that a plan deletes or replaces, for people: the plan was
  /// approved without it.
  func usesGained(
    since plan: Plan, _ snapshot: Snapshot, readsFlows: Bool
  ) async throws -> [String] {
    let ended = plan.changes.filter(\.action.endsConnection)
    if ended.isEmpty { return [] }
    let flows = try await flows(ofStore: readsFlows)
    let index = FlowIndex(
      flows, desired: workspace.state.connections, snapshot: snapshot, catalog: workspace.catalog)
    let known = Set(plan.findings.map(\.diagnostic.message))
    let gained = ended.flatMap { change in
      index.uses(of: change.connection)
        .filter { use in !change.reach.contains { $0.flow == use.flow && $0.file == use.file } }
        .map { "flow `\($0.flow)` uses `\(change.connection)` now" }
    }
    return gained
      + index.findings().map(\.diagnostic)
      .filter { $0.code == .flowUnreadable && !known.contains($0.message) }.map(\.message)
  }

  func basis(of plan: Plan, _ snapshot: Snapshot) -> PlanBasis {
    PlanBasis(
      of: plan, desired: desired, snapshot: snapshot,
      recipients: workspace.project.rules(of: workspace.environment).flatMap { rule in
        rule.keys.map { "\(rule.path.text): \($0.text)" }
      })
  }
}
