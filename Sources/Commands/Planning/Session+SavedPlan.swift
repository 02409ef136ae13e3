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

  /// The saved plan, if nothing that it is based on has changed.
  func plan(savedIn file: String) async throws -> SavedPlan {
    let saved = try SavedPlan.read(file)
    if saved.plan.changes.isEmpty { return saved }
    var moved: [String] = []
    if saved.project != workspace.project.name {
      moved.append("it is for project `\(saved.project)`")
    }
    if saved.environment != workspace.environment?.name {
      moved.append(
        "it is for \(saved.environment.map { "environment `\($0)`" } ?? "the base")")
    }
    moved += saved.store.changes(to: identity)
    // The state of another store says nothing about the plan.
    if moved.isEmpty { moved = saved.basis.changes(to: basis(of: saved.plan, try await read())) }
    if !moved.isEmpty { throw Failure(.stalePlan(file, changes: moved)) }
    return saved
  }

  func basis(of plan: Plan, _ snapshot: Snapshot) -> PlanBasis {
    PlanBasis(
      of: plan, desired: workspace.state.connections, snapshot: snapshot,
      recipients: workspace.project.rules(of: workspace.environment).flatMap { rule in
        rule.keys.map { "\(rule.path.text): \($0.text)" }
      })
  }
}
