import Diagnostics
package import Model

/// A plan with its environment and store.
package struct EnvironmentPlan: Sendable {
  /// `nil`: that of the base alone.
  package let environment: String?
  /// The display name.
  package let store: String
  /// The store's server; `nil` for a file.
  package let address: String?
  /// Its findings propose commands of this environment.
  package let plan: Plan
  /// What a comment shows beside it; `nil` if no change is reviewed.
  package let review: PlanReview?

  package init(
    environment: String?, store: String, address: String? = nil, plan: Plan,
    review: PlanReview? = nil
  ) {
    self.environment = environment
    self.store = store
    self.address = address
    self.plan = plan.inScope(environment.map { EnvironmentScope($0) })
    self.review = review
  }

  /// `prod`; without environments, the store.
  var title: String { environment ?? store }
}
