import Model

/// Connections and their states, for programs.
package enum StatusJSON {
  /// - Parameter isOfAll: whether all environments were asked for, also if there is one.
  package static func report(_ lists: [StatusList], isOfAll: Bool = false) -> JSONReport {
    if !isOfAll, let only = lists.first { return JSONReport(ListForm(only)) }
    return JSONReport(Several(environments: lists.map(ListForm.init)))
  }

  private struct Several: Encodable { let environments: [ListForm] }

  private struct ListForm: Encodable {
    let environment: String?
    let store: String
    let connections: [ConnectionForm]
    let forecast: [TokenForecast.Window]?

    init(_ list: StatusList) {
      environment = list.environment
      store = list.store
      connections = list.rows.map(ConnectionForm.init)
      forecast = list.rows.contains { $0.tokens != nil } ? list.forecast?.windows : nil
    }
  }

  private struct ConnectionForm: Encodable {
    let name: String
    let app: String
    let state: String
    let missing: [String]
    let version: String?
    let updated_at: String?
    let tokens: TokensForm?

    init(_ row: StatusRow) {
      name = row.name.rawValue
      app = row.app.rawValue
      state = row.state.rawValue
      missing = row.missing.map(\.rawValue)
      version = row.version?.rawValue
      updated_at = row.updatedAt?.description
      tokens = row.tokens.map(TokensForm.init)
    }
  }

  private struct TokensForm: Encodable {
    let state: String
    let reason: String?
    let ends_at: String?
    let ends_for_good: String?
    let verified_at: String?
    let is_healthy: Bool
    let is_recoverable: Bool

    init(_ tokens: StatusRow.Tokens) {
      state = tokens.state.summary
      reason = tokens.state.reason
      ends_at = tokens.endsAt?.description
      ends_for_good = tokens.endsForGood?.description
      verified_at = tokens.verifiedAt?.description
      is_healthy = tokens.state.isHealthy
      is_recoverable = tokens.isRecoverable
    }
  }
}
