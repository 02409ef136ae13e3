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
    let tokens = try await tokenOverview(of: snapshot)
    let discovery = await EndpointDiscovery(
      of: workspace.state.connections, workspace.catalog, snapshot, over: nil)
    let plan = Planner(
      PlanningInput(
        desired: discovery.completed(workspace.state.connections), snapshot: snapshot,
        catalog: workspace.catalog,
        options: PlanningOptions(
          store: store.description.description, owner: store.owner),
        tokens: tokens, sharedMessages: workspace.contents.manifests.sharedMessages)
    ).plan()
    return ProjectOverview(plan: plan, snapshot: snapshot, tokens: tokens)
  }
}
