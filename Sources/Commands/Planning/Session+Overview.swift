import Manifests
import Model
import Planning
import Stores

/// The state of every connection, determined without opening a secret.
struct ProjectOverview {
  let plan: Plan
  let snapshot: Snapshot
  let tokens: TokenOverview?
}

extension Session {
  func overview() async throws -> ProjectOverview {
    let snapshot = try await read()
    let tokens = try await tokenOverview()
    let plan = Planner(
      PlanningInput(
        desired: workspace.state.connections, snapshot: snapshot, catalog: workspace.catalog,
        tokens: tokens)
    ).plan()
    return ProjectOverview(plan: plan, snapshot: snapshot, tokens: tokens)
  }
}
