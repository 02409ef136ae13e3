import Foundation
import HTTP
import Model
import Renewing
import Secrets
import Serving
import Stores
import Synchronization
import TestSupport
import Testing
import Tokens

/// Carries requests out, and loses the answers that it is told to lose.
private final class LossyHTTP: HTTPTransport {
  private let inner = LiveHTTPTransport()
  private let losses: Mutex<Int>

  init(losing count: Int) { losses = Mutex(count) }

  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    let answer = try await inner.send(request)
    let isLost = losses.withLock { left in
      left -= 1
      return left >= 0
    }
    if isLost { throw .noResponse("the connection broke") }
    return answer
  }
}

/// Against django-oauth-toolkit, in its two settings: with reuse detection, and with a grace window.
@Suite(.serialized) struct DjangoTests {
  private func authorized(_ server: DjangoOAuth, grace: Int64) async throws -> (
    RenewalHarness, RenewalSubject
  ) {
    let base = server.address + "/o"
    let service = OAuthService(
      authorization: EndpointTemplate(base + "/authorize/"),
      token: EndpointTemplate(base + "/token/"),
      refresh: RefreshRules(rotation: .always, graceSeconds: grace))
    let harness = try await RenewalHarness(service)
    let subject = RenewalSubject(
      name: harness.subject.name, grant: .authorizationCode, service: service,
      plain: ["client_id": .string("web")], version: harness.subject.version, declared: ["read"],
      destinations: service.hosts)
    let client = try subject.client(["client_secret": secret("web-s3cr3t")], record: nil)
    let listener = try await LoopbackListener(path: "/callback", page: "thanks")
    let (outcome, _) = await harness.renewer().authorize(subject, client, scopes: ["read"]) {
      (requests) async throws(TokenError) in
      let request = try AuthorizationRequest(client, scopes: ["read"], redirect: listener.url)
      _ = try? await server.consent(to: request.url)
      guard let query = await listener.query() else {
        throw .transient("nobody came", retryAfter: nil)
      }
      return try await requests.send(request.exchange(query: query))
    }
    await listener.end()
    guard case .authorized(let record) = outcome else {
      throw StoreError.refused("\(outcome)")
    }
    #expect(record.tokens?.granted == ["read"])
    harness.clock.advance(seconds: 2800)
    return (harness, subject)
  }

  private func renew(
    _ harness: RenewalHarness, _ subject: RenewalSubject, http: (any HTTPTransport)? = nil
  ) async -> RenewalOutcome {
    await harness.renewer(http: http).renew(
      subject, secrets: ["client_secret": secret("web-s3cr3t")])
  }

  @Test func inAGraceWindowALostResponseIsRetriedAtOnce() async throws {
    let server = try await DjangoOAuth(grace: 120)
    let (harness, subject) = try await authorized(server, grace: 120)
    guard case .failed = await renew(harness, subject, http: LossyHTTP(losing: 1)) else {
      Issue.record("a lost answer is no failure")
      return
    }
    harness.clock.advance(seconds: TokenClaim.seconds)
    guard case .renewed = await renew(harness, subject) else {
      Issue.record("the grace window was not used")
      return
    }
    // And what it gave is good.
    harness.clock.advance(seconds: 3000)
    guard case .renewed = await renew(harness, subject) else {
      Issue.record("the next one is not good")
      return
    }
  }

  @Test func withoutAGraceWindowTheOldTokenIsTriedOnceAndLate() async throws {
    let server = try await DjangoOAuth()
    let (harness, subject) = try await authorized(server, grace: 0)
    _ = await renew(harness, subject, http: LossyHTTP(losing: 1))
    harness.clock.advance(seconds: TokenClaim.seconds + 1)
    guard case .waiting = await renew(harness, subject) else {
      Issue.record("a spent token was presented at once")
      return
    }
    #expect(try await server.asked().filter { $0 == "refresh_token" }.count == 1)
    harness.clock.advance(seconds: 720)
    #expect(await renew(harness, subject) == .needsAuthorization(.answerLost))
    #expect(try await server.asked().filter { $0 == "refresh_token" }.count == 2)
  }

  /// Eight that refresh at once without a claim would get three different answers of this server.
  @Test func eightAtOnceSendOneRequest() async throws {
    let server = try await DjangoOAuth()
    let (harness, subject) = try await authorized(server, grace: 0)
    for round in 1...5 {
      let outcomes = await withTaskGroup(of: RenewalOutcome.self) { group in
        for _ in 0..<8 {
          let renewer = harness.renewer(harness.anotherStore(), isRealTime: true)
          group.addTask {
            await renewer.renew(subject, secrets: ["client_secret": secret("web-s3cr3t")])
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.count { if case .renewed = $0 { true } else { false } } == 1)
      #expect(try await server.asked().filter { $0 == "refresh_token" }.count == round)
      harness.clock.advance(seconds: 3000)
    }
  }
}
