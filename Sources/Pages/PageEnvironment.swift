import Planning
package import Reports

/// An environment's plan as the page shows it.
package struct PageEnvironment: Encodable, Sendable {
  /// `nil` for the base.
  let name: String?
  let store: String
  let address: String?
  let plan: PlanJSON.Document
  /// Why `apply` would refuse the plan.
  let refusal: DiagnosticForm?

  package init(_ planned: EnvironmentPlan) {
    name = planned.environment
    store = planned.store
    address = planned.address
    plan = PlanJSON.Document(planned)
    refusal = SafetyGuard.refusal(of: planned.plan).map(DiagnosticForm.init)
  }
}
