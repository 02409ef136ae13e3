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
  func requireCurrent(_ saved: SavedPlan, in file: String) async throws {
    if saved.plan.changes.isEmpty { return }
    let changes = saved.basis.changes(to: basis(of: saved.plan, try await read()))
    if !changes.isEmpty { throw Failure(.stalePlan(file, changes: changes)) }
  }

  func basis(of plan: Plan, _ snapshot: Snapshot) -> PlanBasis {
    PlanBasis(
      of: plan, desired: workspace.state.connections, snapshot: snapshot,
      recipients: workspace.project.rules(of: workspace.environment).flatMap { rule in
        rule.keys.map { "\(rule.path.text): \($0.text)" }
      })
  }
}
