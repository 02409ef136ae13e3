import Foundation
import Model
import Testing
import Tokens

private func name(_ text: String) throws -> ConnectionName { try #require(ConnectionName(text)) }

private let identity = ClientIdentity(id: "flows", digest: "d1")
private let now = Timestamp(milliseconds: 1_790_000_000_000)

private func facts(
  ends: TokenExpiry, refresh: RefreshMetadata? = RefreshMetadata(consentedAt: now, usedAt: now),
  issued: Timestamp = now
) -> TokenMetadata {
  TokenMetadata(
    attempt: "a1", issuedAt: issued, expiry: ends, granted: ["read"], refresh: refresh,
    verifiedAt: issued)
}

private func record(
  _ grant: OAuthGrant = .authorizationCode, tokens: TokenMetadata? = nil, claim: TokenClaim? = nil,
  stop: TokenStop? = nil, retryAt: Timestamp? = nil
) -> TokenRecord {
  TokenRecord(
    client: identity, grant: grant, requested: ["read"], tokens: tokens, claim: claim, stop: stop,
    retryAt: retryAt)
}

private func decide(
  _ record: TokenRecord?, at time: Timestamp, grant: OAuthGrant? = nil,
  service: OAuthService = anyService, client: ClientIdentity = identity,
  version: StoreVersion = "1",
  declared: Set<Scope>? = ["read"], isForced: Bool = false
) throws -> RenewalDecision {
  RenewalCase(
    connection: try name("crm"), record: record,
    grant: grant ?? record?.grant ?? .clientCredentials,
    service: service, client: client, version: version, declared: declared, rule: .standard
  ).decision(now: time, isForced: isForced)
}

@Suite struct RenewalDecisionTests {
  private let ends = now.adding(seconds: 3600)

  // MARK: When a renewal is due

  @Test(
    arguments: [
      (3600, 900), (7200, 900), (86_400, 900), (1200, 300), (60, 15), (4, 1), (1, 0), (0, 0),
      (-5, 0),
    ] as [(Int64, Int64)])
  func theMarginIsTheSmallerOfTwoAndBelowTheLifetime(lifetime: Int64, margin: Int64)
    throws
  {
    let rule = RenewalRule.standard
    #expect(rule.margin(lifetime: Seconds(lifetime).milliseconds).count / 1000 == margin)
    guard lifetime > 0 else { return }
    for text in ["a", "b", "crm"] {
      let ends = now.adding(seconds: lifetime)
      let due = rule.dueAt(issued: now, ends: ends, connection: try name(text))
      #expect(due > now && due <= ends)
      // The same each time: a schedule that is looked at twice does not move.
      #expect(due == rule.dueAt(issued: now, ends: ends, connection: try name(text)))
    }
  }

  @Test(arguments: [1, 25, 60] as [Int64])
  func anyConfiguredMarginStaysBelowTheLifetime(percent: Int64) throws {
    let rule = RenewalRule(marginSeconds: 1_000_000, marginPercent: percent)
    for number in 0..<200 {
      let due = rule.dueAt(
        issued: now, ends: now.adding(seconds: 600), connection: try name("c\(number)"))
      #expect(due > now && due < now.adding(seconds: 600))
    }
  }

  @Test func tokensThatExpireTogetherAreNotDueTogether() throws {
    let rule = RenewalRule.standard
    let times = try (0..<1000).map { number in
      rule.dueAt(issued: now, ends: ends, connection: try name("connection-\(number)"))
    }
    // The jitter is 450 seconds wide: in no ten of them is more than a twentieth due.
    for start in stride(from: Int64(0), to: 3600, by: 10) {
      let from = now.adding(seconds: start)
      #expect(times.count { $0 >= from && $0 < from.adding(seconds: 10) } < 50)
    }
  }

  // MARK: What is done when

  @Test func mintsIfNoPersonIsNeededAndAsksOtherwise() throws {
    #expect(try decide(nil, at: now) == .mint)
    #expect(try decide(nil, at: now, grant: .jwtBearer) == .mint)
    #expect(try decide(nil, at: now, grant: .authorizationCode) == .ask(.noRefreshToken))
  }

  @Test func usesAValidTokenAndRenewsADueOne() throws {
    let stored = record(tokens: facts(ends: .at(ends)))
    guard case .use(let until?) = try decide(stored, at: now) else {
      Issue.record("a new token is not used")
      return
    }
    #expect(try decide(stored, at: until.adding(seconds: -1)) == .use(until: until))
    #expect(try decide(stored, at: until) == .refresh(priorAttemptUnresolved: false))
    #expect(try decide(stored, at: now, isForced: true) == .refresh(priorAttemptUnresolved: false))
    let minted = record(.clientCredentials, tokens: facts(ends: .at(ends), refresh: nil))
    #expect(try decide(minted, at: until) == .mint)
    #expect(
      try decide(record(tokens: facts(ends: .never)), at: ends.adding(seconds: 9_999_999))
        == .use(until: nil))
  }

  @Test func aTokenWithoutAKnownExpiryIsRenewedWithinTheHour() throws {
    let stored = record(tokens: facts(ends: .unknown))
    #expect(
      try decide(stored, at: now.adding(seconds: 2700)) == .refresh(priorAttemptUnresolved: false))
  }

  // MARK: Claims

  private func claim(deadline: Timestamp) -> TokenClaim {
    TokenClaim(attempt: "a2", holder: "ann@laptop", deadline: deadline, refreshDigest: "d")
  }

  @Test func anActiveClaimIsLeftAlone() throws {
    let deadline = now.adding(seconds: 45)
    let claimed = record(tokens: facts(ends: .at(now)), claim: claim(deadline: deadline))
    #expect(try decide(claimed, at: now) == .wait(until: deadline))
    #expect(try decide(claimed, at: now, isForced: true) == .wait(until: deadline))
  }

  @Test func anUnresolvedRefreshWaitsUntilTheLastMoment() throws {
    let deadline = ends.adding(seconds: -800)
    let unresolved = record(tokens: facts(ends: .at(ends)), claim: claim(deadline: deadline))
    var rotating = anyService
    rotating.refresh.rotation = .always
    let last = ends.adding(seconds: -60)
    #expect(try decide(unresolved, at: deadline, service: rotating) == .wait(until: last))
    #expect(
      try decide(unresolved, at: last, service: rotating) == .refresh(priorAttemptUnresolved: true))
  }

  @Test func inAGraceWindowAnUnresolvedRefreshIsRetriedAtOnce() throws {
    let deadline = ends.adding(seconds: -800)
    let unresolved = record(tokens: facts(ends: .at(ends)), claim: claim(deadline: deadline))
    var service = anyService
    service.refresh = RefreshRules(rotation: .always, graceSeconds: 600)
    #expect(
      try decide(unresolved, at: deadline, service: service)
        == .refresh(priorAttemptUnresolved: true)
    )
    let over = deadline.adding(seconds: 600)
    #expect(
      try decide(unresolved, at: over, service: service)
        == .wait(until: ends.adding(seconds: -60)))
    service.refresh = RefreshRules(rotation: .never)
    #expect(
      try decide(unresolved, at: deadline, service: service)
        == .refresh(priorAttemptUnresolved: true)
    )
  }

  @Test func aVanishedMintLeavesNothingUnresolved() throws {
    let claimed = record(
      .clientCredentials, tokens: facts(ends: .at(now), refresh: nil), claim: claim(deadline: now))
    #expect(try decide(claimed, at: now) == .mint)
  }

  // MARK: Failures

  private func failed(
    _ fault: TokenError, after record: TokenRecord, fraction: Double = 0.5
  ) -> TokenRecord {
    record.failed(fault, at: now, version: "1", fraction: fraction)
  }

  @Test func aTerminalErrorStopsAutomaticCallsAndKeepsTheTokens() throws {
    let stored = record(tokens: facts(ends: .at(ends)))
    let dead = failed(.consent(.refused(code: "invalid_grant")), after: stored)
    #expect(dead.tokens == stored.tokens)
    #expect(dead.history.first?.reason == "the service reports `invalid_grant`")
    for time in [now, ends, ends.adding(seconds: 86_400)] {
      #expect(
        try decide(dead, at: time, isForced: true) == .ask(.refused(code: "invalid_grant")))
    }
    // The old access token is served until it really ends.
    let state = dead.state(
      of: try name("crm"), client: identity, declared: ["read"], rules: ScopeRules(),
      rule: .standard, now: now)
    #expect(state == .needsAuthorization(.refused(code: "invalid_grant")))
    #expect(dead.tokens?.expiry == .at(ends))
  }

  @Test func aWrongSetupIsRetriedOnceItChanges() throws {
    let stored = record(.clientCredentials, tokens: facts(ends: .at(now), refresh: nil))
    let stopped = failed(.configuration("invalid_client"), after: stored)
    #expect(try decide(stopped, at: ends) == .stopped("invalid_client"))
    #expect(try decide(stopped, at: ends, version: "2") == .mint)
    #expect(try decide(stopped, at: ends, isForced: true) == .mint)
  }

  /// A store that was edited can hold any number.
  @Test(arguments: [Int64.max, .min])
  func aCountOutOfRangeIsClamped(count: Int64) throws {
    let text = try canonicalJSON(record(tokens: facts(ends: .at(ends))))
      .replacing(#""attempts":0"#, with: "\"attempts\":\(count)")
    #expect(text.contains("\(count)"))
    let edited = try JSONDecoder().decode(TokenRecord.self, from: Data(text.utf8))
    let next = failed(.unspecified("no"), after: edited)
    #expect((1...1_000_001).contains(next.attempts))
  }

  @Test func transientErrorsWaitLongerEachTime() throws {
    var stored = record(tokens: facts(ends: .at(now)))
    var waits: [Int64] = []
    for _ in 0..<12 {
      stored = failed(.transient("busy", retryAfter: nil), after: stored, fraction: 0.999_999)
      waits.append(try #require(stored.retryAt).milliseconds - now.milliseconds)
    }
    #expect(waits[0] > 1900 && waits[0] <= 2000)
    #expect(zip(waits, waits.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(waits.last.map { $0 <= 300_000 && $0 > 290_000 } ?? false)
    // Full jitter: from none at all.
    let early = failed(.transient("busy", retryAfter: nil), after: stored, fraction: 0)
    #expect(early.retryAt == now)
    let asked = failed(.transient("busy", retryAfter: 30), after: stored, fraction: 0)
    #expect(asked.retryAt == now.adding(seconds: 30))
    #expect(try decide(asked, at: now) == .wait(until: now.adding(seconds: 30)))
    #expect(try decide(asked, at: now, isForced: true) == .refresh(priorAttemptUnresolved: false))
    #expect(stored.history.count == TokenRecord.keptFailures)
  }

  @Test func refusalsWithoutAReasonStopAfterAFewAttempts() {
    var stored = record(tokens: facts(ends: .at(ends)))
    for _ in 1..<TokenRecord.unexplainedLimit {
      stored = failed(.unspecified("the service answered 400"), after: stored)
      #expect(stored.stop == nil)
    }
    // A transient error in between restarts the count.
    var mixed = failed(.transient("busy", retryAfter: nil), after: stored)
    mixed = failed(.unspecified("the service answered 400"), after: mixed)
    #expect(mixed.stop == nil)
    stored = failed(.unspecified("the service answered 400"), after: stored)
    #expect(stored.stop == .consent(.unspecified))
  }

  @Test func aLostResponseLeavesTheClaim() throws {
    let deadline = now.adding(seconds: 45)
    let claimed = record(tokens: facts(ends: .at(ends)), claim: claim(deadline: deadline))
    let lost = failed(.responseLost("the connection broke"), after: claimed)
    #expect(lost.claim == claimed.claim)
    var again = lost
    again.claim = TokenClaim(
      attempt: "a3", holder: "h", deadline: deadline, refreshDigest: "d",
      priorAttemptUnresolved: true)
    let dead = failed(.consent(.refused(code: "invalid_grant")), after: again)
    #expect(dead.stop == .consent(.answerLost))
  }

  // MARK: Clients and scopes

  @Test func tokensBelongToOneClient() throws {
    let other = ClientIdentity(id: "flows", digest: "d2")
    let stored = record(tokens: facts(ends: .at(ends)))
    #expect(try decide(stored, at: now, client: other) == .ask(.clientChanged))
    let minted = record(.clientCredentials, tokens: facts(ends: .at(ends), refresh: nil))
    #expect(try decide(minted, at: now, client: other) == .mint)
  }

  @Test func aClientsIdentityDependsOnItsConfigurationAndNotOnItsSecret() {
    func identity(_ fields: [FieldName: String]) -> ClientIdentity? {
      ClientIdentity(.clientCredentials, Catalog.builtIn["auth0"]?.oauth ?? anyService) {
        fields[$0]
      }
    }
    let one: [FieldName: String] = ["client_id": "flows", "domain": "a.example.com"]
    #expect(identity(one) == identity(one.merging(["client_secret": "x"]) { $1 }))
    #expect(identity(one) != identity(one.merging(["domain": "b.example.com"]) { $1 }))
    #expect(identity(one) != identity(one.merging(["audience": "api"]) { $1 }))
    #expect(identity(one) != identity(one.merging(["client_id": "other"]) { $1 }))
    #expect(identity(["client_id": "flows"]) == nil)
  }

  @Test func otherScopesNeedANewTokenOrAPerson() throws {
    let minted = record(.clientCredentials, tokens: facts(ends: .at(ends), refresh: nil))
    #expect(try decide(minted, at: now, declared: ["read", "write"]) == .mint)
    let stored = record(tokens: facts(ends: .at(ends)))
    #expect(try decide(stored, at: now, declared: ["write"]) == .ask(.scopesChanged))
    // Nothing is said: nothing is asked.
    guard case .use = try decide(stored, at: now, declared: nil) else {
      Issue.record("scopes that nobody declares ask for something")
      return
    }
  }

  // MARK: The end of a refresh token

  @Test func anIdleRefreshTokenIsRenewedBeforeItExpires() throws {
    let idle = now.adding(seconds: 60 * 86_400)
    let refresh = RefreshMetadata(consentedAt: now, usedAt: now, idleUntil: idle)
    let stored = record(tokens: facts(ends: .never, refresh: refresh))
    let due = now.adding(seconds: 54 * 86_400)
    #expect(try decide(stored, at: due.adding(seconds: -1)) == .use(until: due))
    #expect(try decide(stored, at: due) == .refresh(priorAttemptUnresolved: false))
    #expect(try decide(stored, at: idle) == .ask(.refreshTokenEnded))
  }

  @Test func aHardExpiryIsNotPostponed() throws {
    let hard = now.adding(seconds: 86_400)
    let refresh = RefreshMetadata(consentedAt: now, usedAt: now, hardUntil: hard)
    let stored = record(tokens: facts(ends: .at(hard.adding(seconds: 100)), refresh: refresh))
    #expect(try decide(stored, at: hard) == .ask(.refreshTokenEnded))
  }

  // MARK: States

  @Test func healthyAndRecoverableAreIndependent() throws {
    func state(_ record: TokenRecord, at time: Timestamp) throws -> ConnectionState {
      record.state(
        of: try name("crm"), client: identity, declared: ["read"], rules: ScopeRules(),
        rule: .standard, now: time)
    }
    let stored = record(tokens: facts(ends: .at(ends)))
    #expect(try state(stored, at: now) == .ready)
    #expect(try state(stored, at: ends.adding(seconds: -1)) == .expiring(at: ends))
    #expect(try state(stored, at: ends) == .expired(at: ends))
    #expect(stored.isRecoverable)
    #expect(try !state(stored, at: ends).isHealthy)
    let noRefresh = record(tokens: facts(ends: .at(ends), refresh: nil))
    #expect(!noRefresh.isRecoverable)
    #expect(try state(noRefresh, at: now).isHealthy)
    #expect(try state(noRefresh, at: ends) == .needsAuthorization(.noRefreshToken))
    let failing = failed(.transient("busy", retryAfter: nil), after: stored)
    #expect(try state(failing, at: now) == .error(last: "busy", attempts: 1))
    #expect(failing.isRecoverable)
    #expect(try state(record(), at: now) == .unauthorized)
  }
}
