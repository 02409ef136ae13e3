import Model
import Testing
import Tokens

private func name(_ text: String) throws -> ConnectionName { try #require(ConnectionName(text)) }

private let mark = ClientIdentity(id: "flows", digest: "d1")
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
    client: mark, grant: grant, requested: ["read"], tokens: tokens, claim: claim, stop: stop,
    retryAt: retryAt)
}

private func decide(
  _ record: TokenRecord?, at time: Timestamp, grant: OAuthGrant? = nil,
  service: OAuthService = anyService, client: ClientIdentity = mark, version: StoreVersion = "1",
  declared: Set<Scope>? = ["read"], isForced: Bool = false
) throws -> RenewalDecision {
  RenewalCase(
    connection: try name("crm"), record: record,
    grant: grant ?? record?.grant ?? .clientCredentials,
    service: service, client: client, version: version, declared: declared, rule: .standard
  ).decision(now: time, isForced: isForced)
}

@Suite struct DecisionTests {
  private let ends = now.adding(seconds: 3600)

  // MARK: Behaviour 1

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

  @Test func tokensThatEndTogetherAreNotDueTogether() throws {
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

  @Test func mintsWhereNoPersonIsNeededAndAsksWhereOneIs() throws {
    #expect(try decide(nil, at: now) == .mint)
    #expect(try decide(nil, at: now, grant: .jwtBearer) == .mint)
    #expect(try decide(nil, at: now, grant: .authorizationCode) == .ask(.noRefreshToken))
  }

  @Test func usesWhatIsGoodAndRenewsWhatIsDue() throws {
    let kept = record(tokens: facts(ends: .at(ends)))
    guard case .use(let until?) = try decide(kept, at: now) else {
      Issue.record("a new token is not used")
      return
    }
    #expect(try decide(kept, at: until.adding(seconds: -1)) == .use(until: until))
    #expect(try decide(kept, at: until) == .refresh(priorAttemptUnresolved: false))
    #expect(try decide(kept, at: now, isForced: true) == .refresh(priorAttemptUnresolved: false))
    let minted = record(.clientCredentials, tokens: facts(ends: .at(ends), refresh: nil))
    #expect(try decide(minted, at: until) == .mint)
    #expect(
      try decide(record(tokens: facts(ends: .never)), at: ends.adding(seconds: 9_999_999))
        == .use(until: nil))
  }

  @Test func anUnknownEndIsRenewedLongBeforeAnHourIsOver() throws {
    let kept = record(tokens: facts(ends: .unknown))
    #expect(
      try decide(kept, at: now.adding(seconds: 2700)) == .refresh(priorAttemptUnresolved: false))
  }

  // MARK: Behaviours 5, 7, 11: claims

  private func claim(deadline: Timestamp) -> TokenClaim {
    TokenClaim(attempt: "a2", holder: "ann@laptop", deadline: deadline, refreshDigest: "d")
  }

  @Test func whoHasClaimedIsNotDisturbed() throws {
    let deadline = now.adding(seconds: 45)
    let claimed = record(tokens: facts(ends: .at(now)), claim: claim(deadline: deadline))
    #expect(try decide(claimed, at: now) == .wait(until: deadline))
    #expect(try decide(claimed, at: now, isForced: true) == .wait(until: deadline))
  }

  @Test func inDoubtTheOldTokenWaitsAsLongAsIsUseful() throws {
    let deadline = ends.adding(seconds: -800)
    let doubtful = record(tokens: facts(ends: .at(ends)), claim: claim(deadline: deadline))
    var rotating = anyService
    rotating.refresh.rotation = .always
    let last = ends.adding(seconds: -60)
    #expect(try decide(doubtful, at: deadline, service: rotating) == .wait(until: last))
    #expect(
      try decide(doubtful, at: last, service: rotating) == .refresh(priorAttemptUnresolved: true))
  }

  @Test func inAGraceWindowTheOldTokenIsTriedAtOnce() throws {
    let deadline = ends.adding(seconds: -800)
    let doubtful = record(tokens: facts(ends: .at(ends)), claim: claim(deadline: deadline))
    var service = anyService
    service.refresh = RefreshRules(rotation: .always, graceSeconds: 600)
    #expect(
      try decide(doubtful, at: deadline, service: service) == .refresh(priorAttemptUnresolved: true)
    )
    let over = deadline.adding(seconds: 600)
    #expect(
      try decide(doubtful, at: over, service: service)
        == .wait(until: ends.adding(seconds: -60)))
    service.refresh = RefreshRules(rotation: .never)
    #expect(
      try decide(doubtful, at: deadline, service: service) == .refresh(priorAttemptUnresolved: true)
    )
  }

  @Test func aVanishedMintIsNoDoubt() throws {
    let claimed = record(
      .clientCredentials, tokens: facts(ends: .at(now), refresh: nil), claim: claim(deadline: now))
    #expect(try decide(claimed, at: now) == .mint)
  }

  // MARK: Behaviours 13, 15: failures

  private func failed(
    _ fault: TokenFault, after record: TokenRecord, fraction: Double = 0.5
  ) -> TokenRecord {
    record.failed(fault, at: now, version: "1", fraction: fraction)
  }

  @Test func whatIsTerminalStopsAutomaticCallsAndKeepsTheTokens() throws {
    let kept = record(tokens: facts(ends: .at(ends)))
    let dead = failed(.consent(.refused(code: "invalid_grant")), after: kept)
    #expect(dead.tokens == kept.tokens)
    #expect(dead.history.first?.reason == "the service says `invalid_grant`")
    for time in [now, ends, ends.adding(seconds: 86_400)] {
      #expect(
        try decide(dead, at: time, isForced: true) == .ask(.refused(code: "invalid_grant")))
    }
    // The old access token is served until it really ends.
    let state = dead.state(
      of: try name("crm"), client: mark, declared: ["read"], rules: ScopeRules(),
      rule: .standard, now: now)
    #expect(state == .needsAuthorization(.refused(code: "invalid_grant")))
    #expect(dead.tokens?.expiry == .at(ends))
  }

  @Test func aWrongSetupIsTriedAgainOnceItIsAnother() throws {
    let kept = record(.clientCredentials, tokens: facts(ends: .at(now), refresh: nil))
    let stopped = failed(.configuration("invalid_client"), after: kept)
    #expect(try decide(stopped, at: ends) == .stopped("invalid_client"))
    #expect(try decide(stopped, at: ends, version: "2") == .mint)
    #expect(try decide(stopped, at: ends, isForced: true) == .mint)
  }

  @Test func passingFaultsWaitLongerEachTime() throws {
    var kept = record(tokens: facts(ends: .at(now)))
    var waits: [Int64] = []
    for _ in 0..<12 {
      kept = failed(.transient("busy", retryAfter: nil), after: kept, fraction: 0.999_999)
      waits.append(try #require(kept.retryAt).milliseconds - now.milliseconds)
    }
    #expect(waits[0] > 1900 && waits[0] <= 2000)
    #expect(zip(waits, waits.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(waits.last.map { $0 <= 300_000 && $0 > 290_000 } ?? false)
    // Full jitter: from none at all.
    let early = failed(.transient("busy", retryAfter: nil), after: kept, fraction: 0)
    #expect(early.retryAt == now)
    let asked = failed(.transient("busy", retryAfter: 30), after: kept, fraction: 0)
    #expect(asked.retryAt == now.adding(seconds: 30))
    #expect(try decide(asked, at: now) == .wait(until: now.adding(seconds: 30)))
    #expect(try decide(asked, at: now, isForced: true) == .refresh(priorAttemptUnresolved: false))
    #expect(kept.history.count == TokenRecord.keptFailures)
  }

  @Test func refusalsWithoutAReasonEndAfterAFewTries() {
    var kept = record(tokens: facts(ends: .at(ends)))
    for _ in 1..<TokenRecord.unexplainedLimit {
      kept = failed(.unspecified("the service answered 400"), after: kept)
      #expect(kept.stop == nil)
    }
    // A passing fault between them begins the count anew.
    var mixed = failed(.transient("busy", retryAfter: nil), after: kept)
    mixed = failed(.unspecified("the service answered 400"), after: mixed)
    #expect(mixed.stop == nil)
    kept = failed(.unspecified("the service answered 400"), after: kept)
    #expect(kept.stop == .consent(.unspecified))
  }

  @Test func aLostAnswerLeavesTheClaimAsAWarning() throws {
    let deadline = now.adding(seconds: 45)
    let claimed = record(tokens: facts(ends: .at(ends)), claim: claim(deadline: deadline))
    let lost = failed(.answerLost("the connection broke"), after: claimed)
    #expect(lost.claim == claimed.claim)
    var again = lost
    again.claim = TokenClaim(
      attempt: "a3", holder: "h", deadline: deadline, refreshDigest: "d",
      priorAttemptUnresolved: true)
    let dead = failed(.consent(.refused(code: "invalid_grant")), after: again)
    #expect(dead.stop == .consent(.answerLost))
  }

  // MARK: Behaviours 16, 17, 18

  @Test func tokensAreOfOneClientAlone() throws {
    let other = ClientIdentity(id: "flows", digest: "d2")
    let kept = record(tokens: facts(ends: .at(ends)))
    #expect(try decide(kept, at: now, client: other) == .ask(.clientChanged))
    let minted = record(.clientCredentials, tokens: facts(ends: .at(ends), refresh: nil))
    #expect(try decide(minted, at: now, client: other) == .mint)
  }

  @Test func theMarkIsOfTheConfigurationAndNotOfTheSecret() {
    func mark(_ fields: [FieldName: String]) -> ClientIdentity? {
      ClientIdentity(.clientCredentials, Catalog.builtIn["auth0"]?.oauth ?? anyService) {
        fields[$0]
      }
    }
    let one: [FieldName: String] = ["client_id": "flows", "domain": "a.example.com"]
    #expect(mark(one) == mark(one.merging(["client_secret": "x"]) { $1 }))
    #expect(mark(one) != mark(one.merging(["domain": "b.example.com"]) { $1 }))
    #expect(mark(one) != mark(one.merging(["audience": "api"]) { $1 }))
    #expect(mark(one) != mark(one.merging(["client_id": "other"]) { $1 }))
    #expect(mark(["client_id": "flows"]) == nil)
  }

  @Test func otherScopesForceANewMintAndAskAPersonAnew() throws {
    let minted = record(.clientCredentials, tokens: facts(ends: .at(ends), refresh: nil))
    #expect(try decide(minted, at: now, declared: ["read", "write"]) == .mint)
    let kept = record(tokens: facts(ends: .at(ends)))
    #expect(try decide(kept, at: now, declared: ["write"]) == .ask(.scopesChanged))
    // Nothing is said: nothing is asked.
    guard case .use = try decide(kept, at: now, declared: nil) else {
      Issue.record("scopes that nobody declares ask for something")
      return
    }
  }

  // MARK: Behaviour 19

  @Test func anIdleRefreshTokenIsKeptAlive() throws {
    let idle = now.adding(seconds: 60 * 86_400)
    let refresh = RefreshMetadata(consentedAt: now, usedAt: now, idleUntil: idle)
    let kept = record(tokens: facts(ends: .never, refresh: refresh))
    let due = now.adding(seconds: 54 * 86_400)
    #expect(try decide(kept, at: due.adding(seconds: -1)) == .use(until: due))
    #expect(try decide(kept, at: due) == .refresh(priorAttemptUnresolved: false))
    #expect(try decide(kept, at: idle) == .ask(.refreshTokenEnded))
  }

  @Test func aHardEndIsNotPutOff() throws {
    let hard = now.adding(seconds: 86_400)
    let refresh = RefreshMetadata(consentedAt: now, usedAt: now, hardUntil: hard)
    let kept = record(tokens: facts(ends: .at(hard.adding(seconds: 100)), refresh: refresh))
    #expect(try decide(kept, at: hard) == .ask(.refreshTokenEnded))
  }

  // MARK: Behaviour 21

  @Test func healthyAndRecoverableAreTwoAnswers() throws {
    func state(_ record: TokenRecord, at time: Timestamp) throws -> ConnectionState {
      record.state(
        of: try name("crm"), client: mark, declared: ["read"], rules: ScopeRules(),
        rule: .standard, now: time)
    }
    let kept = record(tokens: facts(ends: .at(ends)))
    #expect(try state(kept, at: now) == .ready)
    #expect(try state(kept, at: ends.adding(seconds: -1)) == .expiring(at: ends))
    #expect(try state(kept, at: ends) == .expired(at: ends))
    #expect(kept.isRecoverable)
    #expect(try !state(kept, at: ends).isHealthy)
    let noRefresh = record(tokens: facts(ends: .at(ends), refresh: nil))
    #expect(!noRefresh.isRecoverable)
    #expect(try state(noRefresh, at: now).isHealthy)
    #expect(try state(noRefresh, at: ends) == .needsAuthorization(.noRefreshToken))
    let failing = failed(.transient("busy", retryAfter: nil), after: kept)
    #expect(try state(failing, at: now) == .error(last: "busy", attempts: 1))
    #expect(failing.isRecoverable)
    #expect(try state(record(), at: now) == .unauthorized)
  }
}
