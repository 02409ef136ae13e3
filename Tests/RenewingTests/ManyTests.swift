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

@Suite struct ManyTests {
  /// A store with `count` connections, all with tokens that expire together.
  private func harness(_ count: Int, lifetime: Int64, grant: OAuthGrant) async throws -> (
    RenewalHarness, [RenewalSubject]
  ) {
    let service = OAuthService(
      token: "https://id.example.com/token", refresh: RefreshRules(rotation: .always))
    let harness = try await RenewalHarness(service, grant: grant)
    let run = try await harness.store.beginRun([], by: provenance)
    var subjects: [RenewalSubject] = []
    for number in 0..<count {
      let name = try name("connection-\(number)")
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
    let (harness, subjects) = try await harness(300, lifetime: 3600, grant: .authorizationCode)
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
