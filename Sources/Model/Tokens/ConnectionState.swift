/// The state of a connection's credentials.
package enum ConnectionState: Hashable, Sendable {
  /// Required fields are missing.
  case empty([FieldName])
  /// The credentials are complete, but there is no grant yet.
  case unauthorized
  case ready
  /// It is due for renewal, and valid until then.
  case expiring(at: Timestamp)
  case expired(at: Timestamp)
  case needsAuthorization(AuthorizationNeed)
  case error(last: String, attempts: Int)

  /// As it is shown: `needs authorization`.
  package var summary: String {
    switch self {
    case .empty: "empty"
    case .unauthorized: "unauthorized"
    case .ready: "ready"
    case .expiring: "expiring"
    case .expired: "expired"
    case .needsAuthorization: "needs authorization"
    case .error: "error"
    }
  }

  /// Whether there is a token that works now.
  package var isHealthy: Bool {
    switch self {
    case .ready, .expiring: true
    case .empty, .unauthorized, .expired, .needsAuthorization, .error: false
    }
  }
}

extension TokenRecord {
  /// Why renewal needs a person; `nil` if it does not.
  ///
  /// - Parameters:
  ///   - client: the connection's client as it is set up now; `nil` if that is not known.
  ///   - declared: the scopes that the connection should have; `nil` if none are declared.
  package func need(
    client: ClientIdentity?, declared: Set<Scope>?, rules: ScopeRules, now: Timestamp
  ) -> AuthorizationNeed? {
    guard grant.needsPerson else { return nil }
    if case .consent(let need) = stop { return need }
    guard let tokens else { return nil }
    if let client, client != self.client { return .clientChanged }
    if let declared, !rules.areSame(declared, requested) { return .scopesChanged }
    if let ends = tokens.refresh?.endsAt, ends <= now { return .refreshTokenEnded }
    return nil
  }

  /// The state of a connection that has all its fields.
  package func state(
    of connection: ConnectionName, client: ClientIdentity?, declared: Set<Scope>?,
    rules: ScopeRules, rule: RenewalRule, now: Timestamp
  ) -> ConnectionState {
    if let need = need(client: client, declared: declared, rules: rules, now: now) {
      return .needsAuthorization(need)
    }
    if case .configuration(let code, _) = stop { return .error(last: code, attempts: attempts) }
    guard let tokens else {
      return attempts == 0
        ? .unauthorized
        : .error(last: history.first?.reason ?? "it failed", attempts: attempts)
    }
    if let end = tokens.expiry.time, end <= now {
      guard attempts == 0 else {
        return .error(last: history.first?.reason ?? "it failed", attempts: attempts)
      }
      return tokens.refresh == nil && grant.needsPerson
        ? .needsAuthorization(.noRefreshToken) : .expired(at: end)
    }
    if attempts > 0 {
      return .error(last: history.first?.reason ?? "it failed", attempts: attempts)
    }
    if let due = rule.dueAt(tokens, connection: connection), due <= now {
      return .expiring(at: tokens.expiry.time ?? tokens.refresh?.idleUntil ?? due)
    }
    return .ready
  }

  /// Whether a renewal can fix what is wrong, without a person.
  package var isRecoverable: Bool {
    if stop != nil { return false }
    return !grant.needsPerson || tokens?.refresh != nil
  }
}
