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
  func plan(savedIn file: String) async throws -> Plan {
    let saved = try SavedPlan.read(file)
    if saved.plan.changes.isEmpty { return saved.plan }
    var changes = saved.basis.changes(to: basis(of: saved.plan, try await read()))
    if saved.project != workspace.project.name {
      changes.append("it is for project `\(saved.project)`")
    }
    let store = store.description.description
    if saved.environment != workspace.environment?.name {
      changes.append(
        "it is for \(saved.environment.map { "environment `\($0)`" } ?? "the base")")
    }
    if saved.store != store { changes.append("it is for \(saved.store), not \(store)") }
    if !changes.isEmpty { throw Failure(.stalePlan(file, changes: changes)) }
    return saved.plan
  }

  private func basis(of plan: Plan, _ snapshot: Snapshot) -> PlanBasis {
    PlanBasis(
      of: plan, desired: workspace.state.connections, snapshot: snapshot,
      recipients: workspace.project.rules(of: workspace.environment).flatMap { rule in
        rule.keys.map { "\(rule.path.text): \($0.text)" }
      })
  }
}
