package import Model

/// A plan with its environment and store.
package struct EnvironmentPlan: Sendable {
  /// `nil`: that of the base alone.
  package let environment: String?
  /// The display name.
  package let store: String
  /// The store's server; `nil` for a file.
  package let address: String?
  package let plan: Plan

  package init(environment: String?, store: String, address: String? = nil, plan: Plan) {
    self.environment = environment
    self.store = store
    self.address = address
    self.plan = plan
  }

  /// `prod`; without environments, the store.
  var title: String { environment ?? store }
}
