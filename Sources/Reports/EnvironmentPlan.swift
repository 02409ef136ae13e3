package import Model

/// A plan with whose it is.
package struct EnvironmentPlan: Sendable {
  /// `nil`: the base's alone.
  package let environment: String?
  /// As it is named to people.
  package let store: String
  package let plan: Plan

  package init(environment: String?, store: String, plan: Plan) {
    self.environment = environment
    self.store = store
    self.plan = plan
  }

  /// `prod`; without environments, the store.
  var title: String { environment ?? store }
}
