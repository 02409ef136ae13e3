import Foundation
import HTTP
import Model
import Renewing
import SQLiteStore
import Secrets
import Stores
import Synchronization
import TestAuthorizationServer
import TestSupport
import Testing
import Tokens

/// A service in memory, with a clock, that counts what it is asked.
private final class CountingService: HTTPTransport {
  private struct State {
    var number = 0
    var underWay = 0
    var most = 0
    var times: [Int64] = []
    var spent: Set<String> = []
    var reused = 0
  }

  private let state = Mutex(State())
  private let lifetime: Int64
  private let clock: TestRuntime
  private let pause: Duration

  init(lifetime: Int64, clock: TestRuntime, pause: Duration = .zero) {
    self.lifetime = lifetime
    self.clock = clock
    self.pause = pause
  }

  var asked: Int { state.withLock { $0.number } }
  var mostAtOnce: Int { state.withLock { $0.most } }
  var times: [Int64] { state.withLock { $0.times } }
  var reused: Int { state.withLock { $0.reused } }

  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    let form = String(decoding: request.body ?? [], as: UTF8.self)
    let number = state.withLock { state in
      state.number += 1
      state.underWay += 1
      state.most = max(state.most, state.underWay)
      state.times.append(clock.now.milliseconds)
      if !state.spent.insert(form).inserted { state.reused += 1 }
      return state.number
    }
    if pause > .zero { try? await Task.sleep(for: pause) }
    state.withLock { $0.underWay -= 1 }
    let body =
      #"{"access_token": "a\#(number)", "refresh_token": "r\#(number)", "expires_in": \#(lifetime)}"#
    return HTTPResponse(status: 200, body: Array(body.utf8))
  }
}

/// A transport that one host's responses take long on.
private final class HeldService: HTTPTransport {
  private let inner: any HTTPTransport
  private let host: String
  private let isOver: @Sendable () -> Bool
  private let gaveUp = Mutex(false)

  init(_ inner: any HTTPTransport, host: String, until isOver: @escaping @Sendable () -> Bool) {
    self.inner = inner
    self.host = host
    self.isOver = isOver
  }

  /// Whether a response was not held any longer, so that a test ends that would wait for ever.
  var hasGivenUp: Bool { gaveUp.withLock { $0 } }

  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    if request.url.contains(host) {
      let end = ContinuousClock.now + .seconds(300)
      while !isOver(), ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(5)) }
      if !isOver() { gaveUp.withLock { $0 = true } }
    }
    return try await inner.send(request)
  }
}

@Suite struct ManyTests {
  private static func service(_ host: String) -> OAuthService {
    OAuthService(
      token: EndpointTemplate("https://\(host)/token"), refresh: RefreshRules(rotation: .always))
  }

  /// A store with `count` connections, all with tokens that expire together.
  private func harness(
    _ count: Int, lifetime: Int64, grant: OAuthGrant = .authorizationCode,
    service: (Int) -> OAuthService = { _ in service("id.example.com") }
  ) async throws -> (RenewalHarness, [RenewalSubject]) {
    let harness = try await RenewalHarness(service(0), grant: grant)
    let run = try await harness.store.beginRun([], by: provenance)
    var subjects: [RenewalSubject] = []
    for number in 0..<count {
      let name = try name("connection-\(number)")
      let service = service(number)
      let record = try #require(
        try await run.writer.carryOut(
          StoreWrite(
            name: name, action: .create, app: "crm", setupType: "oauth",
            fields: ["client_id": .plain(.string("flows"))], provenance: provenance)))
      let subject = RenewalSubject(
        name: name, grant: grant, service: service, plain: ["client_id": .string("flows")],
        version: record.version, declared: ["read"], destinations: service.hosts)
      subjects.append(subject)
      let issued = harness.clock.now
      _ = try await harness.store.swapTokens(
        TokenWrite(
          name: name, id: record.storeID, version: 0,
          record: TokenRecord(
            client: try #require(subject.clientIdentity), grant: grant, requested: ["read"],
            tokens: TokenMetadata(
              attempt: TokenAttempt("first-\(number)"), issuedAt: issued,
              expiry: .at(issued.adding(seconds: lifetime)), granted: ["read"],
              refresh: RefreshMetadata(consentedAt: issued, usedAt: issued), verifiedAt: issued)),
          tokens: .put(access: secret("a-\(number)"), refresh: secret("r-\(number)")),
          provenance: provenance))
    }
    return (harness, subjects)
  }

  @Test func manyThatEndWithinAMinuteAreRenewedOnceEachAndBounded() async throws {
    let (harness, subjects) = try await harness(300, lifetime: 3600)
    harness.clock.advance(seconds: 3545)
    let service = CountingService(lifetime: 3600, clock: harness.clock, pause: .milliseconds(2))
    let renewers = (0..<2).map { _ in
      harness.renewer(harness.anotherStore(), http: service, isRealTime: true)
    }
    // Two processes at the same work.
    let outcomes = await withTaskGroup(of: [RenewalOutcome].self) { group in
      for renewer in renewers {
        group.addTask {
          await renewer.renewAll(subjects.map { ($0, [:]) }).map(\.outcome)
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
    #expect(service.asked == 300)
    #expect(service.reused == 0)
    #expect(service.mostAtOnce <= 2 * Renewer.width)
    #expect(outcomes.count { if case .renewed = $0 { true } else { false } } == 300)
    let records = try await harness.store.tokenRecords()
    let end = harness.clock.now
    for subject in subjects {
      let tokens = try #require(records[subject.name]?.record.tokens)
      #expect(tokens.expiry.time.map { $0 > end } ?? false)
    }
  }

  @Test func aServiceThatRespondsLateHoldsUpNoOther() async throws {
    let count = 2 * Renewer.width
    let (harness, subjects) = try await harness(2 * count, lifetime: 3600) {
      Self.service($0 < count ? "slow.example.com" : "quick.example.com")
    }
    harness.clock.advance(seconds: 3545)
    let renewed = Mutex(0)
    let service = HeldService(
      CountingService(lifetime: 3600, clock: harness.clock), host: "slow.example.com",
      until: { renewed.withLock { $0 } >= count })
    let outcomes = await harness.renewer(http: service, isRealTime: true).renewAll(
      subjects.map { ($0, [:]) }, progress: { renewed.withLock { $0 += 1 } })
    #expect(!service.hasGivenUp)
    #expect(outcomes.count { if case .renewed = $0.outcome { true } else { false } } == 2 * count)
  }

  /// Forty lifetimes of five hundred connections, by the decisions alone: whenever a token ends it has been
  /// renewed, and no minute has more than its share.
  @Test(arguments: [900, 3600, 28_800, 86_400] as [Int64])
  func noTokenEndsUnrenewedAndNoMinuteIsABurst(lifetime: Int64) async throws {
    // The calculation suspends nowhere, and the other tests need the few threads of the pool.
    try await apart { try renewFortyTimes(lifetime: lifetime) }
  }

  private func renewFortyTimes(lifetime: Int64) throws {
    let start = Timestamp(milliseconds: 1_790_000_000_000)
    let service = OAuthService(
      token: "https://id.example.com/token", refresh: RefreshRules(rotation: .always))
    let mark = ClientIdentity(id: "flows", digest: "d")
    func record(issued: Timestamp) -> TokenRecord {
      TokenRecord(
        client: mark, grant: .authorizationCode, requested: ["read"],
        tokens: TokenMetadata(
          attempt: "a", issuedAt: issued, expiry: .at(issued.adding(seconds: lifetime)),
          granted: ["read"], refresh: RefreshMetadata(consentedAt: issued, usedAt: issued),
          verifiedAt: issued))
    }
    // All begin together, as after an import.
    var connections = try (0..<500).map { number in
      (name: try name("connection-\(number)"), record: record(issued: start))
    }
    var perMinute: [Int64: Int] = [:]
    let end = start.adding(seconds: 40 * lifetime)
    for index in connections.indices {
      var now = start
      while now < end {
        let decision = RenewalCase(
          connection: connections[index].name, record: connections[index].record,
          grant: .authorizationCode, service: service, client: mark, version: "1",
          declared: ["read"], rule: .standard
        ).decision(now: now)
        switch decision {
        case .use(let until?): now = until
        case .refresh(priorAttemptUnresolved: false):
          let expiry = try #require(connections[index].record.tokens?.expiry.time)
          #expect(now < expiry)
          perMinute[now.seconds(since: start) / 60, default: 0] += 1
          connections[index].record = record(issued: now)
        default:
          Issue.record("\(decision)")
          return
        }
      }
    }
    // The jitter of the first renewals spreads them over half the margin; they stay apart.
    let margin = RenewalRule.standard.margin(lifetime: Seconds(lifetime).milliseconds).count / 1000
    let most = perMinute.values.max() ?? 0
    let share = 500 * 60 / max(margin / 2, 60)
    #expect(most <= Int(share) * 2, "\(most) in one minute")
    #expect(!perMinute.isEmpty)
  }
}
