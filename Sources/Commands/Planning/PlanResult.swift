package import Diagnostics
package import Model
package import Reports

/// The plans of one run, and the exit code that they come to.
package struct PlanResult: Sendable {
  package let plans: [EnvironmentPlan]
  /// Why environments could not be planned.
  package let faults: [Diagnostic]

  package init(plans: [EnvironmentPlan], faults: [Diagnostic] = []) {
    self.plans = plans
    self.faults = faults
  }

  package var findings: [Finding] { plans.flatMap(\.plan.findings) }

  /// Errors count before the policy, and the policy before changes.
  ///
  /// - Parameter reportsChanges: changes have an exit code of their own.
  package func outcome(under policy: FailOnPolicy, reportsChanges: Bool) -> Outcome {
    if !faults.isEmpty || findings.contains(where: { $0.diagnostic.severity == .error }) {
      return .failed
    }
    if policy.violation(in: findings) != nil { return .finding }
    let hasChanges = plans.contains { !$0.plan.changes.isEmpty }
    return reportsChanges && hasChanges ? .changes : .fine
  }
}
