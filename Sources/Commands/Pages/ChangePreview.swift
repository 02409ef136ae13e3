import Diagnostics
import Model
import Pages
import Planning
import Reports

/// Plans what manifests that are not written yet would change in the stores; nothing is written.
struct ChangePreview {
  let global: GlobalOptions
  let console: Console
  let sources: PlanSources

  /// - Parameter after: the project with the change.
  /// - Returns: the environments' plans of these connections, and why one is missing. An environment
  ///   that the change does not reach is left out if it reaches another.
  func plans(
    _ planned: PlannedChange, after: Workspace
  ) async -> (plans: [PageEnvironment], faults: [Diagnostic]) {
    var plans: [EnvironmentPlan] = []
    var faults: [Diagnostic] = []
    for workspace in (try? after.shown(global)) ?? [after] {
      do {
        let diagnostics = workspace.diagnostics
        if diagnostics.hasErrors { throw Failure(diagnostics) }
        let session = try SessionFactory(console: console, reportsUntrusted: false)
          .session(for: workspace)
        let plan = try await session.plan(
          PlanningOptions(prunes: planned.prunes), from: sources, to: .show
        ).plan
        plans.append(session.labelled(plan.about(planned.names)))
      } catch {
        faults += Failure(error, outcome: .failed).diagnostics.inScope(workspace.scope)
      }
    }
    let reached = plans.filter { !$0.plan.changes.isEmpty || !$0.plan.findings.isEmpty }
    return ((reached.isEmpty ? plans : reached).map { PageEnvironment($0) }, faults)
  }
}

extension Plan {
  /// What it says of these connections.
  fileprivate func about(_ names: Set<String>) -> Plan {
    Plan(
      changes: changes.filter { names.contains($0.connection.rawValue) },
      findings: findings.filter { finding in
        finding.connection.map { names.contains($0.rawValue) } ?? false
      },
      unchangedCount: unchangedCount, emptyCount: emptyCount, size: size)
  }
}
