import Diagnostics
import Model
import Planning
import Reports

/// Plans the environments of a run, one after the other.
struct PlanRunner {
  let console: Console
  let options: PlanningOptions
  /// The records are read from the ledger, without asking the store.
  let isOffline: Bool
  /// Flows of the store's backend are read too.
  let readsFlows: Bool
  /// Where the plan is saved; `nil` where it is not.
  let file: String?

  /// A store that cannot be asked leaves the other environments to be planned.
  func run(_ workspaces: [Workspace]) async throws -> PlanResult {
    var plans: [EnvironmentPlan] = []
    var faults: [Diagnostic] = []
    for workspace in workspaces {
      let session = try SessionFactory(console: console).session(for: workspace)
      do {
        let (plan, snapshot) = try await session.plan(
          options, isOffline: isOffline, readsFlows: readsFlows)
        if let file { try session.saved(plan, snapshot).write(to: file) }
        plans.append(session.labelled(plan))
      } catch let failure as Failure where workspaces.count > 1 {
        faults += failure.diagnostics
      }
    }
    return PlanResult(plans: plans, faults: faults)
  }
}
