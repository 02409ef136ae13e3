package import Diagnostics
package import Model
package import Reports

/// The plans of one run, and the exit code that they result in.
package struct PlanResult: Sendable {
  package let plans: [EnvironmentPlan]
  /// Why environments could not be planned.
  package let faults: [Diagnostic]

  package init(plans: [EnvironmentPlan], faults: [Diagnostic] = []) {
    self.plans = plans
    self.faults = faults
  }

  package var findings: [Finding] { plans.flatMap(\.plan.findings) }

  /// Errors take precedence over the policy, and the policy over changes.
  ///
  /// - Parameter reportsChanges: changes have a separate exit code.
  package func outcome(under policy: FailOnPolicy, reportsChanges: Bool) -> Outcome {
    if !faults.isEmpty || findings.contains(where: { $0.diagnostic.severity == .error }) {
      return .failed
    }
    if policy.violation(in: findings) != nil { return .finding }
    let hasChanges = plans.contains { !$0.plan.isEmpty }
    return reportsChanges && hasChanges ? .changes : .fine
  }
}
