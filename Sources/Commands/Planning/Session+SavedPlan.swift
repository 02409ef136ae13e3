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
      store: store.description.description,
      manifests: workspace.state.manifests.map(\.file), toolVersion: Program.version,
      commit: GitHead.commit(above: workspace.files.root))
  }

  /// The saved plan, if nothing that it is based on has changed.
  ///
  /// - Parameter readsFlows: the store's own flows count too.
  func plan(savedIn file: String, readsFlows: Bool) async throws -> Plan {
    let saved = try SavedPlan.read(file)
    if saved.plan.changes.isEmpty { return saved.plan }
    let snapshot = try await read()
    var changes = saved.basis.changes(to: basis(of: saved.plan, snapshot))
    if saved.project != workspace.project.name {
      changes.append("it is for project `\(saved.project)`")
    }
    let store = store.description.description
    if saved.environment != workspace.environment?.name {
      changes.append(
        "it is for \(saved.environment.map { "environment `\($0)`" } ?? "the base")")
    }
    if saved.store != store { changes.append("it is for \(saved.store), not \(store)") }
    changes += try await usesGained(since: saved.plan, snapshot, readsFlows: readsFlows)
    if !changes.isEmpty { throw Failure(.stalePlan(file, changes: changes)) }
    return saved.plan
  }

  /// What flows use by now of the connections that a plan deletes or replaces, for people: the plan was
  /// approved without it.
  private func usesGained(
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

  private func basis(of plan: Plan, _ snapshot: Snapshot) -> PlanBasis {
    PlanBasis(
      of: plan, desired: workspace.state.connections, snapshot: snapshot,
      recipients: workspace.project.rules(of: workspace.environment).flatMap { rule in
        rule.keys.map { "\(rule.path.text): \($0.text)" }
      })
  }
}
