package import Model

/// The connections of one environment, with their states.
package struct StatusList: Hashable, Sendable {
  /// `nil`: that of the base alone.
  package let environment: String?
  /// The display name.
  package let store: String
  package let rows: [StatusRow]
  /// What ends soon; `nil` if nothing is known about tokens.
  package let forecast: TokenForecast?

  package init(
    environment: String?, store: String, rows: [StatusRow], forecast: TokenForecast? = nil
  ) {
    self.environment = environment
    self.store = store
    self.rows = rows
    self.forecast = forecast
  }

  package func containing(_ names: Set<ConnectionName>) -> StatusList {
    StatusList(
      environment: environment, store: store, rows: rows.filter { names.contains($0.name) },
      forecast: forecast)
  }
}
