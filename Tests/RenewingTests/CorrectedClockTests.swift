import Crypto
import Foundation
import Model
import Renewing
import Stores
import Synchronization
import TestAuthorizationServer
import TestSupport
import Testing
import Tokens

/// Assertions say when they were made, and services refuse those of another time.
@Suite struct CorrectedClockTests {
  /// A service with a clock of its own.
  private final class Service: Sendable {
    let server: HostileServer
    let harness: RenewalHarness
    /// Seconds that its clock is ahead of ours.
    let ahead: Mutex<Int64>

    init(
      _ grant: OAuthGrant, ahead: Int64, refusal: String = "invalid_client",
      clientAuthentication: ClientAuthentication = .privateKeyJWT
    ) async throws {
      server = try await HostileServer { _ in .body("", status: 500) }
      self.ahead = Mutex(ahead)
      let service = OAuthService(
        token: EndpointTemplate(server.address + "/token"),
        revocation: EndpointTemplate(server.address + "/revoke"),
        clientAuthentication: clientAuthentication, refresh: RefreshRules(rotation: .always))
      harness = try await RenewalHarness(
        service, grant: grant, privateKey: P256.Signing.PrivateKey().pemRepresentation)
      server.answer { [weak self] call in
        guard let self, let jwt = call.form["assertion"] ?? call.form["client_assertion"],
          let issued = (try? part(jwt, 1))?["iat"] as? Int
        else { return .body(#"{"error": "\#(refusal)"}"#, status: 400) }
        let difference = Int64(issued) - time.milliseconds / 1000
        return (-60...5).contains(difference)
          ? .body(#"{"access_token": "a\#(call.number)", "expires_in": 3600}"#)
          : .body(#"{"error": "\#(refusal)"}"#, status: 400)
      }
    }

    var time: Timestamp { harness.clock.now.adding(seconds: ahead.withLock { $0 }) }

    var renewer: Renewer { harness.renewer(http: DatedHTTP { self.time }) }
  }

  /// This machine's clock was five minutes behind, and was set.
  @Test(
    arguments: [
      (.jwtBearer, "invalid_grant"), (.jwtBearer, "invalid_client"),
      (.clientCredentials, "invalid_client"), (.clientCredentials, "something_new"),
    ] as [(OAuthGrant, String)])
  func aClockThatWasSetStopsNoClient(grant: OAuthGrant, refusal: String) async throws {
    let service = try await Service(grant, ahead: 300, refusal: refusal)
    func renew(calls: Int, skew: Int64?) async throws {
      guard case .renewed(let record) = await service.harness.renew(service.renewer, isForced: true)
      else {
        Issue.record("the client was given up")
        return
      }
      #expect(record.tokens?.skewSeconds == skew)
      #expect(service.server.calls.count == calls)
    }
    // Nothing is known of its clock at first.
    try await renew(calls: 2, skew: 300)
    try await renew(calls: 3, skew: 300)
    service.harness.clock.step(seconds: 300)
    service.ahead.withLock { $0 = 0 }
    try await renew(calls: 5, skew: nil)
    try await renew(calls: 6, skew: nil)
  }

  /// No date is to blame for these.
  @Test func otherRefusalsAreNotRepeated() async throws {
    let right = try await Service(.jwtBearer, ahead: 0)
    right.server.answer { _ in .body(#"{"error": "invalid_client"}"#, status: 401) }
    let basic = try await Service(.clientCredentials, ahead: 300, clientAuthentication: .basic)
    var services = [right, basic]
    // A dead refresh token has several names, and is not presented again.
    for refusal in ["invalid_grant", "invalid_request", "something_new"] {
      let refresh = try await Service(.authorizationCode, ahead: 300, refusal: refusal)
      try await refresh.harness.authorize()
      services.append(refresh)
    }
    for service in services {
      _ = await service.harness.renew(service.renewer)
      #expect(service.server.calls.count == 1)
    }
  }

  /// Another process could take the claim over meanwhile, and present the same refresh token.
  @Test(arguments: [(10, 2), (30, 1)] as [(Int64, Int)])
  func nothingIsRepeatedUnderAClaimThatIsAlmostOver(seconds: Int64, calls: Int) async throws {
    let service = try await Service(.jwtBearer, ahead: 300)
    service.server.answer { [harness = service.harness] _ in
      harness.clock.advance(seconds: seconds)
      return .body(#"{"error": "invalid_client"}"#, status: 401)
    }
    _ = await service.harness.renew(service.renewer)
    #expect(service.server.calls.count == calls)
  }

  @Test func aRevocationIsDatedByTheServicesClock() async throws {
    let service = try await Service(.clientCredentials, ahead: -300)
    try await service.harness.authorize(isDue: false)
    let stored = try await service.harness.stored()
    let client = try service.harness.subject.client(
      service.harness.secrets, record: stored.record)
    let revocation = try await service.renewer.revoke(
      SupersededTokens(access: stored.access, refresh: stored.refresh), client, sharing: [])
    #expect(revocation == .revoked)
    // Only the first request had to be repeated.
    #expect(
      service.server.calls.map { $0.form["token"] } == ["refresh-0", "refresh-0", "access-0"])
  }

  @Test func aConsentIsRedeemedByTheServicesClock() async throws {
    let service = try await Service(.authorizationCode, ahead: 300)
    let client = try service.harness.subject.client(service.harness.secrets, record: nil)
    let (outcome, _) = await service.renewer.authorize(
      service.harness.subject, client, scopes: ["read"]
    ) { (requests) async throws(TokenError) -> RawResponse in
      try await requests.send(
        .code(secret("c0de"), verifier: secret("verifier"), redirect: "http://127.0.0.1/"))
    }
    guard case .authorized = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(service.server.calls.count == 2)
  }
}
