package import Model

/// The next step for a connection's tokens.
package enum RenewalDecision: Hashable, Sendable {
  /// Nothing until then; `nil` if nothing expires.
  case use(until: Timestamp?)
  case mint
  /// - Parameter priorAttemptUnresolved: an attempt that vanished may have used the token.
  case refresh(priorAttemptUnresolved: Bool)
  /// Another process holds the claim, an attempt failed recently, or waiting is safer.
  case wait(until: Timestamp)
  /// A person must consent.
  case ask(AuthorizationNeed)
  /// No attempt until the connection's setup changes.
  case stopped(RenewalObstacle)
}

/// Everything that a decision depends on.
package struct RenewalCase: Sendable {
  package let connection: ConnectionName
  package let record: TokenRecord?
  package let grant: OAuthGrant
  package let service: OAuthService
  package let client: ClientIdentity
  /// The connection's own version: after a wrong setup was tried, only a changed one is tried
  /// again.
  package let version: StoreVersion
  /// The scopes that it should have; `nil` if none are declared.
  package let declared: Set<Scope>?
  package let rule: RenewalRule

  package init(
    connection: ConnectionName, record: TokenRecord?, grant: OAuthGrant, service: OAuthService,
    client: ClientIdentity, version: StoreVersion, declared: Set<Scope>?, rule: RenewalRule
  ) {
    self.connection = connection
    self.record = record
    self.grant = grant
    self.service = service
    self.client = client
    self.version = version
    self.declared = declared
    self.rule = rule
  }

  /// 1. An active claim of another process is left alone.
  /// 2. What only a person can fix is left to them; a wrong setup waits for a changed one. A stop
  ///    with a retry time is ignored once that has come.
  /// 3. If no person is needed, other scopes get a new token at once, and a new client a minute after the
  ///    last token. Otherwise other scopes leave the present grant: it is renewed until a person has
  ///    consented to them.
  /// 4. After a failure nothing is tried before the retry time; a refresh token that may be spent
  ///    is not presented again before it must be.
  /// 5. Due tokens are renewed.
  ///
  /// - Parameter isForced: renews even if it is not due, must wait or has stopped, because this
  ///   connection was asked for by name.
  package func decision(now: Timestamp, isForced: Bool = false) -> RenewalDecision {
    guard let record else {
      return grant.needsPerson ? .ask(.noRefreshToken) : .mint
    }
    if let claim = record.claim, claim.isActive(at: now) { return .wait(until: claim.deadline) }
    let isRetry = record.isStopLifted(at: now, isForced: isForced)
    if let need = record.need(
      client: client, declared: declared, rules: service.scopes, now: now, isRetry: isRetry),
      !need.leavesGrant
    {
      return .ask(need)
    }
    if let (obstacle, tried) = record.stop?.misconfiguration {
      if tried == version, !isRetry { return .stopped(obstacle) }
    } else if let retry = record.retryAt, retry > now, !isForced,
      !record.hasFailedInTheFuture(of: now)
    {
      return .wait(until: retry)
    }
    return grant.needsPerson
      ? refreshed(record, now: now, isForced: isForced)
      : minted(record, now: now, isForced: isForced)
  }

  private func minted(
    _ record: TokenRecord, now: Timestamp, isForced: Bool
  ) -> RenewalDecision {
    guard let tokens = record.tokens else { return .mint }
    let asksAgain = declared.map { !service.scopes.areSame($0, record.requested) } ?? false
    // Hosts whose projects differ would mint in turns, as often as they look.
    let age = tokens.serviceTime(at: now).seconds(since: tokens.issuedAt)
    let isOfAnother = client != record.client && !(0..<Self.clientPause).contains(age)
    if isForced || isOfAnother || asksAgain { return .mint }
    guard let due = due(tokens, at: now) else { return .use(until: nil) }
    return due <= now ? .mint : .use(until: due)
  }

  /// Seconds for which a token is used before one for another client replaces it.
  package static let clientPause: Int64 = 60

  /// By our clock.
  private func due(_ tokens: TokenMetadata, at now: Timestamp) -> Timestamp? {
    guard let due = rule.dueAt(tokens, connection: connection) else { return nil }
    let local = tokens.localTime(of: due, at: now)
    // One renewal measures the difference of the clocks again, while it is known that it changed.
    return tokens.clockWasSetBack(at: now)
      ? min(local, tokens.issuedAt.adding(seconds: Self.remeasuringSeconds)) : local
  }

  /// Hosts whose clocks differ do not take turns without a pause.
  private static let remeasuringSeconds: Int64 = 60

  private func refreshed(
    _ record: TokenRecord, now: Timestamp, isForced: Bool
  ) -> RenewalDecision {
    guard let tokens = record.tokens else { return .ask(.noRefreshToken) }
    let due = due(tokens, at: now)
    let end = tokens.expiry.time.map { tokens.localTime(of: $0, at: now) }
    guard tokens.refresh != nil else {
      if let end, end <= now { return .ask(.noRefreshToken) }
      return .use(until: end)
    }
    guard isForced || due.map({ $0 <= now }) ?? false else { return .use(until: due) }
    guard let unresolved = record.claim else { return .refresh(priorAttemptUnresolved: false) }
    // The claim's holder vanished between request and save. If the service treats a reused token as
    // theft, a process that has the response in its journal gets all the time there is.
    let rules = service.refresh
    let isInGrace = now < unresolved.deadline.adding(seconds: rules.graceSeconds)
    if !rules.mayRotate || (rules.graceSeconds > 0 && isInGrace) || isForced {
      return .refresh(priorAttemptUnresolved: true)
    }
    let lastMoment = end.map { $0.adding(seconds: -60) } ?? unresolved.deadline
    return lastMoment <= now ? .refresh(priorAttemptUnresolved: true) : .wait(until: lastMoment)
  }
}
