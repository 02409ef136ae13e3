import Foundation
import Model
import Testing
import Tokens

private func name(_ text: String) throws -> ConnectionName { try #require(ConnectionName(text)) }

private let identity = ClientIdentity(id: "flows", digest: "d1")
private let now = Timestamp(milliseconds: 1_790_000_000_000)

private func facts(
  ends: TokenExpiry, refresh: RefreshMetadata? = RefreshMetadata(consentedAt: now, usedAt: now),
  issued: Timestamp? = nil
) -> TokenMetadata {
  // For an hour, or for longer.
  let issued = issued ?? ends.time.map { min(now, $0.adding(seconds: -3600)) } ?? now
  return TokenMetadata(
    attempt: "a1", issuedAt: issued, expiry: ends, granted: ["read"], refresh: refresh,
    verifiedAt: issued)
}

private func record(
  _ grant: OAuthGrant = .authorizationCode, tokens: TokenMetadata? = nil, claim: TokenClaim? = nil,
  stop: TokenStop? = nil, retryAt: Timestamp? = nil, history: [TokenFailure] = []
) -> TokenRecord {
  TokenRecord(
    client: identity, grant: grant, requested: ["read"], tokens: tokens, claim: claim, stop: stop,
    retryAt: retryAt, history: history)
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

  /// Each of two gets about a half of the connections first, and the other one its turn before the margin begins.
  @Test(arguments: [12, 3600, 1_000_000] as [Int64])
  func sharedWorkIsOneHostsTurnFirst(lifetime: Int64) throws {
    let issued = Timestamp(milliseconds: 1_790_000_000_000)
    let ends = issued.adding(seconds: lifetime)
    let rule = RenewalRule.standard
    let margin = rule.margin(lifetime: ends - issued)
    var first = 0
    for number in 0..<200 {
      let connection = try name("crm-\(number)")
      let turns = ["ops@a, process 7", "ops@b, process 7"].map {
        rule.shared(by: $0).dueAt(issued: issued, ends: ends, connection: connection)
      }
      #expect(turns.allSatisfy { $0 <= ends - margin && ends - margin - margin / 2 <= $0 })
      let apart = abs((turns[0] - turns[1]).count)
      #expect(apart <= (margin / 3).count && apart <= 45_000)
      if turns[0] < turns[1] { first += 1 }
    }
    #expect((70...130).contains(first), "\(first) of 200")
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

  /// Requests for tokens that end at once would follow one another without a pause.
  @Test(arguments: [0, 1, 2, -3600] as [Int64])
  func aLifetimeThatIsTooShortIsRenewedOnceAMinute(seconds: Int64) throws {
    let tokens = facts(ends: .at(now.adding(seconds: seconds)), refresh: nil, issued: now)
    #expect(tokens.shortLifetime == seconds)
    let stored = record(.clientCredentials, tokens: tokens)
    let due = now.adding(seconds: 60)
    #expect(try decide(stored, at: now) == .use(until: due))
    #expect(try decide(stored, at: due) == .mint)
    // A caller that needs a token gets one that is valid.
    let demanded = RenewalRule.standard.onDemand().dueAt(tokens, connection: try name("crm"))
    #expect(demanded == max(now, now.adding(seconds: seconds)))
    // A refresh token that ends at once is not kept alive.
    let idle = RefreshMetadata(
      consentedAt: now, usedAt: now, idleUntil: now.adding(seconds: seconds))
    #expect(
      RenewalRule.standard.dueAt(
        facts(ends: .never, refresh: idle), connection: try name("crm")) == nil)
  }

  @Test func aLifetimeOfAFewSecondsIsRenewedInTime() throws {
    for seconds in 3...20 as ClosedRange<Int64> {
      let tokens = facts(ends: .at(now.adding(seconds: seconds)), refresh: nil, issued: now)
      let due = try #require(RenewalRule.standard.dueAt(tokens, connection: try name("crm")))
      #expect(due > now && due < now.adding(seconds: seconds) && tokens.shortLifetime == nil)
    }
  }

  /// This machine's clock is hours off, and the token still is renewed once in its lifetime, in time.
  @Test(arguments: [7200, -7200, 90, -86_400] as [Int64])
  func aWrongClockOfThisMachineChangesNoLifetime(ahead: Int64) throws {
    var tokens = facts(ends: .at(ends), issued: now)
    tokens.skewSeconds = -ahead
    let stored = record(tokens: tokens)
    let right = try #require(RenewalRule.standard.dueAt(tokens, connection: try name("crm")))
    let due = right.adding(seconds: ahead)
    #expect(try decide(stored, at: now.adding(seconds: ahead)) == .use(until: due))
    #expect(try decide(stored, at: due.adding(seconds: -1)) == .use(until: due))
    #expect(try decide(stored, at: due) == .refresh(priorAttemptUnresolved: false))
    func state(at time: Timestamp) throws -> ConnectionState {
      stored.state(
        of: try name("crm"), client: identity, declared: ["read"], rules: ScopeRules(),
        rule: .standard, now: time.adding(seconds: ahead))
    }
    #expect(try state(at: now) == .ready)
    #expect(try state(at: ends.adding(seconds: -1)) == .expiring(at: ends))
    #expect(try state(at: ends) == .expired(at: ends))
  }

  /// It was two hours ahead, and was set back while the token was valid. That can be seen for two hours only,
  /// and the token may last for longer: one renewal measures the clocks again.
  @Test(arguments: [30, 3600, 14_400] as [Int64])
  func aClockThatWasSetBackMakesNoTokenLiveLonger(lifetime: Int64) throws {
    var tokens = facts(ends: .at(now.adding(seconds: lifetime)), issued: now)
    tokens.skewSeconds = -7200
    let stored = record(tokens: tokens)
    let usual = try #require(RenewalRule.standard.dueAt(tokens, connection: try name("crm")))
    let due = min(usual, now.adding(seconds: 60))
    #expect(try decide(stored, at: due.adding(seconds: -1)) == .use(until: due))
    #expect(try decide(stored, at: due) == .refresh(priorAttemptUnresolved: false))
    #expect(
      try decide(stored, at: now.adding(seconds: 7000)) == .refresh(priorAttemptUnresolved: false))
  }

  /// What must last for half an hour is renewed in time, once a minute at most, and no other rule is broken.
  @Test func aTokenThatMustLastIsRenewedEarlier() throws {
    let tokens = facts(ends: .at(ends), issued: now)
    func due(_ minimum: Int64) throws -> Timestamp? {
      RenewalRule.standard.onDemand(minimum: minimum).dueAt(tokens, connection: try name("crm"))
    }
    #expect(try due(1800) == now.adding(seconds: 1800))
    #expect(try due(7200) == now.adding(seconds: 60))
    #expect(
      try due(60) == RenewalRule.standard.dueAt(tokens, connection: try name("crm")))
    // Its refresh token may be spent: it is presented at the last moment, whoever needs it earlier.
    func decision(_ record: TokenRecord, at time: Timestamp) throws -> RenewalDecision {
      RenewalCase(
        connection: try name("crm"), record: record, grant: .authorizationCode,
        service: OAuthService(
          token: EndpointTemplate("https://id.example.com/token"),
          refresh: RefreshRules(rotation: .always)),
        client: identity, version: "1", declared: ["read"],
        rule: .standard.onDemand(minimum: 1800)
      ).decision(now: time)
    }
    let time = now.adding(seconds: 1900)
    let doubt = record(tokens: tokens, claim: claim(deadline: now.adding(seconds: 1850)))
    #expect(try decision(doubt, at: time) == .wait(until: ends.adding(seconds: -60)))
    let busy = record(tokens: tokens, retryAt: time.adding(seconds: 3600))
    #expect(try decision(busy, at: time) == .wait(until: time.adding(seconds: 3600)))
  }

  /// Their times are by this machine's clock.
  @Test func aDifferenceThatAnEarlierVersionWroteIsIgnored() throws {
    var tokens = facts(ends: .at(ends), issued: now)
    tokens.skewSeconds = -7200
    let text = try canonicalJSON(record(tokens: tokens))
      .replacing(#""serviceSkewSeconds""#, with: #""skewSeconds""#)
    let earlier = try JSONDecoder().decode(TokenRecord.self, from: Data(text.utf8))
    #expect(earlier.tokens?.skewSeconds == nil && earlier.tokens?.expiry == .at(ends))
  }

  // MARK: Claims

  /// A machine that starts with a clock two hours ahead, and is put right by its network.
  @Test func whatAClockThatWasAheadWroteIsNotWaitedFor() throws {
    let ahead = now.adding(seconds: 7200)
    let claimed = record(
      tokens: facts(ends: .at(now)), claim: claim(deadline: ahead.adding(seconds: 45)))
    #expect(try decide(claimed, at: now) == .refresh(priorAttemptUnresolved: true))
    let (failure, retry) = (TokenFailure(at: ahead, reason: "busy"), ahead.adding(seconds: 30))
    let failed = record(tokens: facts(ends: .at(now)), retryAt: retry, history: [failure])
    #expect(try decide(failed, at: now) == .refresh(priorAttemptUnresolved: false))
    // A signed assertion of the future was refused.
    let stopped = record(
      .clientCredentials, stop: .configuration(code: "invalid_client", at: "1"), retryAt: retry,
      history: [failure])
    #expect(try decide(stopped, at: now) == .mint)
    // That of another host, whose clock is a little ahead, is respected.
    let other = now.adding(seconds: 50)
    let others = record(
      tokens: facts(ends: .at(now)), claim: claim(deadline: other.adding(seconds: 45)))
    #expect(try decide(others, at: now) == .wait(until: other.adding(seconds: 45)))
    let late = record(
      tokens: facts(ends: .at(now)), retryAt: other.adding(seconds: 30),
      history: [TokenFailure(at: other, reason: "busy")])
    #expect(try decide(late, at: now) == .wait(until: other.adding(seconds: 30)))
  }

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
    _ fault: TokenError, after record: TokenRecord, fraction: Double = 0.5,
    rules: RefreshRules = RefreshRules()
  ) -> TokenRecord {
    record.failed(fault, rules, at: now, version: "1", fraction: fraction)
  }

  /// Google ends a grant seven days after the consent while the app is in testing; other ends differ.
  @Test(
    arguments: [
      (6 * 86_400, false), (604_000, true), (7 * 86_400 + 3600, true), (30 * 86_400, false),
    ]
      as [(Int64, Bool)])
  func aGrantThatEndsAsInTestingIsExplained(age: Int64, isExplained: Bool) {
    var stored = record(tokens: facts(ends: .at(now)))
    stored.tokens?.refresh = RefreshMetadata(
      consentedAt: now.adding(seconds: -age), usedAt: now)
    let refused = TokenError.consent(.refused(code: "invalid_grant"))
    let rules = RefreshRules(testingSeconds: 604_800)
    let expected = AuthorizationNeed.refused(
      code: "invalid_grant", testingDays: isExplained ? 7 : nil)
    #expect(failed(refused, after: stored, rules: rules).stop == .consent(expected))
    #expect(expected.remedy?.contains("publish") ?? false == isExplained)
    #expect(failed(refused, after: stored).stop == .consent(.refused(code: "invalid_grant")))
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
    #expect(try decide(stopped, at: now) == .stopped(.refused(code: "invalid_client")))
    #expect(try decide(stopped, at: now, version: "2") == .mint)
    #expect(try decide(stopped, at: now, isForced: true) == .mint)
  }

  /// A record keeps whether its text is a service's code, however it looks.
  @Test(
    arguments: [
      (.configuration("invalid_client"), .refused(code: "invalid_client")),
      (.consent(.refused(code: "client suspended")), .refused(code: "client suspended")),
      (.consent(.refused(code: "a nonstandard error")), .refused(code: "a nonstandard error")),
      (.local("unreadable"), .local("unreadable")), (.local("no key"), .local("no key")),
    ] as [(TokenError, RenewalObstacle)])
  func aStopKeepsWhoFoundIt(_ fault: TokenError, _ obstacle: RenewalObstacle) throws {
    let stored = record(.clientCredentials, tokens: facts(ends: .at(now), refresh: nil))
    let text = try canonicalJSON(failed(fault, after: stored))
    let read = try JSONDecoder().decode(TokenRecord.self, from: Data(text.utf8))
    #expect(try decide(read, at: now) == .stopped(obstacle))
  }

  /// Earlier versions kept the text alone.
  @Test(
    arguments: [
      ("invalid_client", .refused(code: "invalid_client")), ("no key", .local("no key")),
    ] as [(String, RenewalObstacle)])
  func aStopOfAnEarlierVersionIsRead(_ code: String, _ obstacle: RenewalObstacle) throws {
    let stored = record(
      .clientCredentials, tokens: facts(ends: .at(now), refresh: nil),
      stop: .configuration(code: code, at: "1"))
    let text = try canonicalJSON(stored)
    #expect(text.contains(#""stop":{"configuration":{"at":"1","code":"\#(code)"}}"#))
    let read = try JSONDecoder().decode(TokenRecord.self, from: Data(text.utf8))
    #expect(read.stop?.misconfiguration?.obstacle == obstacle)
  }

  /// The client may be put right at the service, where nothing of ours changes.
  @Test func aWrongSetupIsRetriedRarely() throws {
    var stored = record(.clientCredentials, tokens: facts(ends: .at(now), refresh: nil))
    var waits: [Int64] = []
    for _ in 0..<8 {
      stored = failed(.configuration("invalid_client"), after: stored)
      let retry = try #require(stored.retryAt)
      waits.append(retry.seconds(since: now))
      #expect(
        try decide(stored, at: retry.adding(seconds: -1))
          == .stopped(.refused(code: "invalid_client")))
      #expect(try decide(stored, at: retry) == .mint)
    }
    #expect(waits.first.map { (300...600).contains($0) } ?? false)
    #expect(waits.last.map { (10_800...21_600).contains($0) } ?? false)
  }

  @Test(
    arguments: [
      .consent(.refused(code: "access_denied")), .consent(.refused(code: "invalid_grant")),
      .configuration("invalid_client"), .transient("busy", retryAfter: nil),
      .unspecified("404"), .responseLost("cut"), .slowDown, .authorizationPending,
    ] as [TokenError])
  func withoutAPersonEveryFailureHasANextTimeAndAsksNobody(fault: TokenError) throws {
    for grant in [OAuthGrant.clientCredentials, .jwtBearer] {
      var stored = record(grant, tokens: facts(ends: .at(now), refresh: nil))
      for fraction in [0, 0.5, 0.999] {
        stored = failed(fault, after: stored, fraction: fraction)
        let retry = try #require(stored.retryAt)
        #expect(retry >= now.adding(seconds: 1) && retry <= now.adding(seconds: 21_600))
        if case .consent = stored.stop { Issue.record("\(fault) asks for consent") }
        #expect(try decide(stored, at: retry) == .mint)
        if case .mint = try decide(stored, at: now) { Issue.record("\(fault) is repeated at once") }
      }
    }
  }

  /// Earlier versions stopped for good at a status without a reason.
  @Test func aStopOfAnEarlierVersionIsRetried() throws {
    let minted = record(
      .clientCredentials, tokens: facts(ends: .at(now), refresh: nil),
      stop: .configuration(code: "status 404", at: "1"))
    #expect(try decide(minted, at: now) == .mint)
    let text = try canonicalJSON(
      record(tokens: facts(ends: .at(now)), stop: .consent(.unspecified())))
    #expect(text.contains(#""unspecified":{}"#))
    let stored = try JSONDecoder().decode(TokenRecord.self, from: Data(text.utf8))
    #expect(try decide(stored, at: now) == .refresh(priorAttemptUnresolved: false))
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
    // Jitter over the second half: there is always a pause.
    let early = failed(.transient("busy", retryAfter: nil), after: stored, fraction: 0)
    #expect(early.retryAt == now.adding(seconds: 150))
    let asked = failed(.transient("busy", retryAfter: 30), after: stored, fraction: 0)
    #expect(asked.retryAt == now.adding(seconds: 180))
    #expect(try decide(asked, at: now) == .wait(until: now.adding(seconds: 180)))
    #expect(try decide(asked, at: now, isForced: true) == .refresh(priorAttemptUnresolved: false))
    #expect(stored.history.count == TokenRecord.keptFailures)
  }

  /// One that is busy for a moment may ask for a day, and the token ends long before.
  @Test(
    arguments: [
      (.at(now.adding(seconds: 900)), 86_400, 672...840),
      (.at(now.adding(seconds: 900)), 700, 700...840),
      (.at(now.adding(seconds: 90)), 3600, 24...30),
      (.at(now.adding(seconds: 60)), 3600, 300...375), (.at(now), 86_400, 300...375),
      (.at(now.adding(seconds: -7200)), 86_400, 300...375), (.unknown, 86_400, 300...375),
      (.never, 86_400, 86_401...103_682), (.at(now.adding(seconds: 3600)), 30, 31...38),
      (.at(now), 30, 31...38),
    ] as [(TokenExpiry, Int64, ClosedRange<Int64>)])
  func aServiceIsAskedAgainBeforeTheTokenEnds(
    expiry: TokenExpiry, asked: Int64, range: ClosedRange<Int64>
  ) throws {
    let stored = record(tokens: facts(ends: expiry))
    let waits = try stride(from: 0, to: 1, by: 0.01).map { fraction in
      let busy = failed(
        .transient("503", retryAfter: asked), after: stored, fraction: fraction)
      return try #require(busy.retryAt).milliseconds - now.milliseconds
    }
    let shortest = try #require(waits.min())
    let longest = try #require(waits.max())
    #expect(range.lowerBound * 1000 <= shortest && longest <= range.upperBound * 1000)
    // 300 connections that were refused together do not return together.
    #expect(longest - shortest > min(asked, range.upperBound) * 1000 / 6)
    #expect(Set(waits).count == 100)
  }

  @Test func withoutATokenABusyServiceIsAskedAgainInMinutes() throws {
    let busy = failed(.transient("503", retryAfter: 86_400), after: record(.clientCredentials))
    let retry = try #require(busy.retryAt)
    #expect((300...375).contains(retry.seconds(since: now)))
  }

  /// The token's end is by the service's clock.
  @Test func aBusyServiceIsAskedAgainBeforeTheEndByOurClock() throws {
    var tokens = facts(
      ends: .at(now.adding(seconds: 900)), issued: now.adding(seconds: -7200))
    tokens.skewSeconds = -3600
    let busy = failed(
      .transient("503", retryAfter: 86_400), after: record(tokens: tokens), fraction: 0)
    #expect(busy.retryAt == now.adding(seconds: 3600 + 840))
  }

  @Test func refusalsWithoutAReasonAreRetriedForDays() throws {
    let day: Int64 = 86_400
    func refused(_ record: TokenRecord, at time: Timestamp) -> TokenRecord {
      record.failed(
        .unspecified("the service responded with 404 and an HTML page"), RefreshRules(), at: time,
        version: "1",
        fraction: 0.5)
    }
    var stored = record(tokens: facts(ends: .at(ends)))
    for hour in 0..<72 {
      stored = refused(stored, at: now.adding(seconds: Int64(hour) * 3600))
      #expect(stored.stop == nil && stored.retryAt != nil)
    }
    // Another error in between restarts the count.
    var mixed = stored.failed(
      .transient("busy", retryAfter: nil), RefreshRules(), at: now.adding(seconds: 3 * day),
      version: "1",
      fraction: 0.5)
    mixed = refused(mixed, at: now.adding(seconds: 3 * day))
    #expect(mixed.stop == nil)
    // Two refusals are too few, whatever the time between them.
    let twice = refused(
      refused(record(tokens: facts(ends: .at(ends))), at: now), at: now.adding(seconds: 9 * day))
    #expect(twice.stop == nil)

    stored = refused(stored, at: now.adding(seconds: 3 * day))
    let need = AuthorizationNeed.unspecified(
      seen: "the service responded with 404 and an HTML page")
    #expect(stored.stop == .consent(need) && need.summary.contains("404 and an HTML page"))
    // The refresh token is presented now and then all the same.
    let retry = try #require(stored.retryAt)
    #expect(retry.seconds(since: now.adding(seconds: 3 * day)) >= 10_800)
    #expect(try decide(stored, at: retry.adding(seconds: -1)) == .ask(need))
    #expect(try decide(stored, at: retry) == .refresh(priorAttemptUnresolved: false))
  }

  @Test func aLostResponseLeavesTheClaim() throws {
    let deadline = now.adding(seconds: 45)
    let claimed = record(tokens: facts(ends: .at(ends)), claim: claim(deadline: deadline))
    let lost = failed(.responseLost("the connection broke"), after: claimed)
    #expect(lost.claim == claimed.claim && lost.retryAt == deadline)
    // The next attempts are further and further apart.
    var losing = claimed
    for _ in 0..<10 { losing = failed(.responseLost("the connection broke"), after: losing) }
    #expect(losing.retryAt.map { $0 >= now.adding(seconds: 150) } ?? false)
    var again = lost
    again.claim = TokenClaim(
      attempt: "a3", holder: "h", deadline: deadline, refreshDigest: "d",
      priorAttemptUnresolved: true)
    let dead = failed(.consent(.refused(code: "invalid_grant")), after: again)
    #expect(dead.stop == .consent(.answerLost))
    // A busy service does not say what became of the first attempt.
    for fault in [TokenError.transient("503", retryAfter: nil), .unspecified("404")] {
      let busy = failed(fault, after: again)
      #expect(busy.claim == again.claim && busy.retryAt.map { $0 >= deadline } ?? false)
      #expect(failed(fault, after: claimed).claim == nil)
    }
  }

  // MARK: Clients and scopes

  @Test func tokensBelongToOneClient() throws {
    let other = ClientIdentity(id: "flows", digest: "d2")
    let stored = record(tokens: facts(ends: .at(ends)))
    #expect(try decide(stored, at: now, client: other) == .ask(.clientChanged))
    let minted = record(.clientCredentials, tokens: facts(ends: .at(ends), refresh: nil))
    #expect(try decide(minted, at: now.adding(seconds: 60), client: other) == .mint)
  }

  /// Two hosts whose projects differ would mint in turns, each time that they look.
  @Test func aClientsTokenIsKeptForAMinuteFromAnotherClient() throws {
    let (mine, theirs) = (identity, ClientIdentity(id: "flows", digest: "d2"))
    var stored = record(.clientCredentials, tokens: facts(ends: .at(ends), refresh: nil))
    var minted = 0
    for second in 0..<600 {
      let time = now.adding(seconds: Int64(second))
      for client in [mine, theirs] {
        guard try decide(stored, at: time, client: client) == .mint else { continue }
        minted += 1
        stored.client = client
        stored.tokens = facts(ends: .at(time.adding(seconds: 3600)), refresh: nil, issued: time)
      }
    }
    #expect(minted == 9)
    // A token that is due is renewed all the same, and one from the future is none to wait for.
    let due = record(
      .clientCredentials,
      tokens: facts(ends: .at(now), refresh: nil, issued: now.adding(seconds: -40)))
    #expect(try decide(due, at: now, client: theirs) == .mint)
    let ahead = record(
      .clientCredentials,
      tokens: facts(
        ends: .at(ends.adding(seconds: 7200)), refresh: nil, issued: now.adding(seconds: 7200)))
    #expect(try decide(ahead, at: now, client: theirs) == .mint)
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
    // A person is asked, and meanwhile the present grant is renewed.
    let due = ends.adding(seconds: -60)
    for declared in [["write"], ["read", "write"], []] as [Set<Scope>] {
      #expect(
        try decide(stored, at: due, declared: declared) == .refresh(priorAttemptUnresolved: false))
      guard case .use = try decide(stored, at: now, declared: declared) else {
        Issue.record("other scopes make a valid token invalid")
        return
      }
      let state = stored.state(
        of: try name("crm"), client: identity, declared: declared, rules: ScopeRules(),
        rule: .standard, now: now)
      #expect(state == .needsAuthorization(.scopesChanged))
    }
    // What ends the grant itself counts before that.
    let hard = RefreshMetadata(consentedAt: now, usedAt: now, hardUntil: due)
    let ended = record(tokens: facts(ends: .at(ends), refresh: hard))
    #expect(try decide(ended, at: due, declared: ["write"]) == .ask(.refreshTokenEnded))
    let noRefresh = record(tokens: facts(ends: .at(ends), refresh: nil))
    #expect(try decide(noRefresh, at: ends, declared: ["write"]) == .ask(.noRefreshToken))
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
