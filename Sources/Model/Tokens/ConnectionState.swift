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
  ///   - isRetry: leaves the recorded stop out, because its retry time has come.
  package func need(
    client: ClientIdentity?, declared: Set<Scope>?, rules: ScopeRules, now: Timestamp,
    isRetry: Bool = false
  ) -> AuthorizationNeed? {
    guard grant.needsPerson else { return nil }
    if case .consent(let need) = stop, !isRetry { return need }
    guard let tokens else { return nil }
    if let client, client != self.client { return .clientChanged }
    if let ends = tokens.refresh?.endsAt, ends <= tokens.serviceTime(at: now) {
      return .refreshTokenEnded
    }
    if let declared, !rules.areSame(declared, requested) { return .scopesChanged }
    return nil
  }

  /// Why it was not renewed the last time; `nil` if it was.
  package var lastFailure: String? {
    if let (obstacle, _) = stop?.misconfiguration { return obstacle.text }
    return attempts == 0 ? nil : history.first?.reason ?? "it failed"
  }

  /// The state of a connection that has all its fields.
  package func state(
    of connection: ConnectionName, client: ClientIdentity?, declared: Set<Scope>?,
    rules: ScopeRules, rule: RenewalRule, now: Timestamp
  ) -> ConnectionState {
    let need = need(client: client, declared: declared, rules: rules, now: now)
    if let need, !need.leavesGrant { return .needsAuthorization(need) }
    let state = state(of: connection, rule: rule, now: now)
    return need.flatMap { state.isHealthy ? .needsAuthorization($0) : nil } ?? state
  }

  /// The state of tokens that cannot be renewed here.
  package func state(behind obstacle: RenewalObstacle, now: Timestamp) -> ConnectionState {
    if let tokens, let end = tokens.expiry.time, end <= tokens.serviceTime(at: now) {
      return .expired(at: end)
    }
    return .error(last: obstacle.text, attempts: attempts)
  }

  /// The state of the present grant, which lacks nothing that only a person can give.
  private func state(
    of connection: ConnectionName, rule: RenewalRule, now: Timestamp
  ) -> ConnectionState {
    if let (obstacle, _) = stop?.misconfiguration {
      return .error(last: obstacle.text, attempts: attempts)
    }
    guard let tokens else {
      return lastFailure.map { .error(last: $0, attempts: attempts) } ?? .unauthorized
    }
    let now = tokens.serviceTime(at: now)
    if let end = tokens.expiry.time, end <= now {
      // Expired is expired, however often a renewal failed.
      return tokens.refresh == nil && grant.needsPerson
        ? .needsAuthorization(.noRefreshToken) : .expired(at: end)
    }
    if let lastFailure { return .error(last: lastFailure, attempts: attempts) }
    if let due = rule.dueAt(tokens, connection: connection), due <= now {
      return .expiring(at: tokens.expiry.time ?? tokens.refresh?.idleUntil ?? due)
    }
    return .ready
  }

  /// Whether one attempt is made in spite of the stop.
  ///
  /// - Parameter isForced: the connection was asked for by name.
  package func isStopLifted(at now: Timestamp, isForced: Bool) -> Bool {
    guard let stop else { return false }
    guard let retryAt else { return stop.isTriedAgain }
    return isForced || retryAt <= now || hasFailedInTheFuture(of: now)
  }

  /// Whether the clock was ahead at the last failure: its next attempt would be as late.
  package func hasFailedInTheFuture(of now: Timestamp) -> Bool {
    history.first.map { $0.at > now.adding(seconds: 60) } ?? false
  }

  /// Whether a renewal can fix what is wrong, without a person.
  package var isRecoverable: Bool {
    if stop != nil { return false }
    return !grant.needsPerson || tokens?.refresh != nil
  }
}
