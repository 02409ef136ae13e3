import Manifests
import Model
import Planning
import Stores

/// The state of every connection, as far as it shows without opening a secret.
struct ProjectOverview {
  let plan: Plan
  let snapshot: Snapshot
  let tokens: TokenOverview?
}

extension Session {
  func overview() async throws -> ProjectOverview {
    let snapshot = try await read()
    let tokens = try await tokenOverview()
    let plan = Planning.plan(
      PlanningInput(
        desired: workspace.state.connections, snapshot: snapshot, catalog: workspace.catalog,
        tokens: tokens))
    return ProjectOverview(plan: plan, snapshot: snapshot, tokens: tokens)
  }
}
