import Diagnostics
import Model
import Planning
import Reports

/// Plans the environments of a run, one after the other.
struct PlanRunner {
  let console: Console
  let options: PlanningOptions
  let sources: PlanSources
  /// `nil` if nobody reads a comment.
  let reviewer: PlanReviewer?
  /// The file to save the plan in; `nil` for none.
  let file: String?

  /// If a store cannot be read, the other environments are still planned.
  func run(_ workspaces: [Workspace]) async throws -> PlanResult {
    var plans: [EnvironmentPlan] = []
    var faults: [Diagnostic] = []
    for workspace in workspaces {
      do {
        let session = try SessionFactory(console: console, reportsUntrusted: false)
          .session(for: workspace)
        let planned = try await session.plan(options, from: sources, to: .show)
        if let file { try session.saved(planned.plan, planned.snapshot).write(to: file) }
        let review = try await reviewer?.review(planned.plan, of: session, flows: planned.flows)
        plans.append(session.labelled(planned.plan, review))
      } catch  where workspaces.count > 1 {
        faults += Failure(error, outcome: .failed).diagnostics.inScope(workspace.scope)
      }
    }
    return PlanResult(plans: plans, faults: faults)
  }
}
