import Foundation
import HTTP
import Model
import Renewing
import SQLiteStore
import Stores
import Synchronization
import TestSupport
import Testing
import Tokens

/// Against glewlwyd, which nobody here wrote: refresh tokens of one use, and errors without a body.
@Suite(.serialized) struct GlewlwydTests {
  private func service(_ server: Glewlwyd) -> OAuthService {
    let base = server.address + "/api/glwd"
    return OAuthService(
      token: EndpointTemplate(base + "/token/"),
      device: EndpointTemplate(base + "/device_authorization/"),
      revocation: EndpointTemplate(base + "/revoke/"),
      introspection: EndpointTemplate(base + "/introspect/"),
      refresh: RefreshRules(rotation: .always))
  }

  /// A connection that Ann consented to on a device, with what was slept for in between.
  private func authorized(
    _ server: Glewlwyd, declared: Set<Scope> = ["read"]
  ) async throws -> (harness: RenewalHarness, subject: RenewalSubject, sleeps: [Int64]) {
    let harness = try await RenewalHarness(service(server), declared: declared)
    let subject = RenewalSubject(
      name: harness.subject.name, grant: .authorizationCode, service: harness.subject.service,
      plain: ["client_id": .string("web")], version: harness.subject.version, declared: declared,
      destinations: harness.subject.service.hosts)
    let client = try subject.client(["client_secret": secret("web-s3cr3t")], record: nil)
    let requests = TokenRequests(client, http: LiveHTTPTransport()) { harness.clock.now }
    let device = try await requests.authorizeDevice(scopes: declared)
    #expect(device.interval == 5)
    let sleeps = Mutex<[Int64]>([])
    let isApproved = Atomic(false)
    let (outcome, _) = await harness.renewer().authorize(subject, client, scopes: declared) {
      (requests) async throws(TokenError) in
      try await requests.response(to: device) { seconds in
        let hasSlowedDown = sleeps.withLock { sleeps in
          sleeps.append(seconds)
          return zip(sleeps, sleeps.dropFirst()).contains { $0 < $1 }
        }
        // Nobody waits here: the server is asked too often, and says so. On a busy machine two
        // requests can still be far enough apart, so the approval waits for that response.
        if hasSlowedDown, isApproved.exchange(true, ordering: .relaxed) == false {
          try? await server.approve(device.userCode, client: "web", scopes: "read write")
          try? await Task.sleep(for: .seconds(6))
        }
      }
    }
    guard case .authorized = outcome else {
      Issue.record("\(outcome)")
      throw StoreError.refused("not authorized")
    }
    return (harness, subject, sleeps.withLock { $0 })
  }

  private func renew(
    _ harness: RenewalHarness, _ subject: RenewalSubject, isForced: Bool = true
  ) async -> RenewalOutcome {
    await harness.renewer().renew(
      subject, secrets: ["client_secret": secret("web-s3cr3t")], isForced: isForced)
  }

  @Test func slowDownAddsFiveSeconds() async throws {
    let server = try await Glewlwyd()
    let (harness, subject, sleeps) = try await authorized(server)
    #expect(sleeps.first == 5)
    #expect(zip(sleeps, sleeps.dropFirst()).contains { $1 == $0 + 5 }, "\(sleeps)")
    // And it renews: each token once.
    for _ in 0..<3 {
      guard case .renewed = await renew(harness, subject) else {
        Issue.record("it was not renewed")
        return
      }
    }
  }

  /// 400 with an empty body for a used token: days of tries, then a person.
  @Test func anEmptyRefusalEndsInUnspecified() async throws {
    let server = try await Glewlwyd()
    let (harness, subject, _) = try await authorized(server)
    let before = try await harness.stored()
    guard case .renewed = await renew(harness, subject) else {
      Issue.record("it was not renewed")
      return
    }
    // The used token is put back, as from a backup.
    let after = try await harness.stored()
    _ = try await harness.store.swapTokens(
      TokenWrite(
        name: subject.name, id: after.id, version: after.version,
        record: try #require(before.record),
        tokens: .put(access: try #require(before.access), refresh: before.refresh),
        provenance: provenance))
    for _ in 1..<TokenRecord.unexplainedLimit {
      let outcome = await renew(harness, subject)
      guard case .failed(let reason, _) = outcome else {
        Issue.record("it did not try again: \(outcome)")
        return
      }
      #expect(reason.contains("400 and an empty body"))
    }
    harness.clock.advance(seconds: TokenRecord.unexplainedSeconds)
    guard case .needsAuthorization(.unspecified(let seen?)) = await renew(harness, subject) else {
      Issue.record("nobody is asked")
      return
    }
    #expect(seen.contains("400 and an empty body"))
    #expect(text(try await harness.stored().access) == text(before.access))
  }

  /// 403 with an empty body for a wrong secret.
  @Test func aWrongSecretWithoutAnErrorCodeIsRetried() async throws {
    let server = try await Glewlwyd()
    let harness = try await RenewalHarness(service(server), grant: .clientCredentials)
    let subject = RenewalSubject(
      name: harness.subject.name, grant: .clientCredentials, service: harness.subject.service,
      plain: ["client_id": .string("machine")], version: "1", declared: ["read"],
      destinations: harness.subject.service.hosts)
    let outcome = await harness.renewer().renew(
      subject, secrets: ["client_secret": secret("wrong")])
    guard case .failed(let reason, _?) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(reason.contains("403 and an empty body"))
    guard
      case .renewed(let record) = await harness.renewer().renew(
        subject, secrets: ["client_secret": secret("machine-s3cr3t")], isForced: true)
    else {
      Issue.record("the right secret is refused")
      return
    }
    #expect(record.tokens?.granted == ["read"])
  }

  @Test func itsOwnCodeForAWrongScopeStops() async throws {
    let server = try await Glewlwyd()
    let harness = try await RenewalHarness(service(server), grant: .clientCredentials)
    let subject = RenewalSubject(
      name: harness.subject.name, grant: .clientCredentials, service: harness.subject.service,
      plain: ["client_id": .string("machine")], version: "1", declared: ["nonsense"],
      destinations: harness.subject.service.hosts)
    let outcome = await harness.renewer().renew(
      subject, secrets: ["client_secret": secret("machine-s3cr3t")])
    #expect(outcome == .stopped(.refused(code: "scope_invalid")))
  }

  @Test func revokesWhatIsNotShared() async throws {
    let server = try await Glewlwyd()
    let (harness, subject, _) = try await authorized(server)
    let client = try subject.client(["client_secret": secret("web-s3cr3t")], record: nil)
    let stored = try await harness.stored()
    let superseded = SupersededTokens(access: nil, refresh: stored.refresh)
    let renewer = harness.renewer()
    let requests = TokenRequests(client, http: LiveHTTPTransport()) { harness.clock.now }
    let access = try #require(stored.access)
    let known = try await requests.introspect(access)
    #expect(known.isActive && known.granted == ["read"])
    // While a connection has the same token, it stays good.
    #expect(
      try await renewer.revoke(superseded, client, sharing: [subject.name])
        == .shared(with: subject.name))
    guard case .renewed = await renew(harness, subject) else {
      Issue.record("a shared token was revoked")
      return
    }
    guard case .removed(let next) = try await renewer.removeTokens(of: subject) else {
      Issue.record("it has no tokens")
      return
    }
    #expect(!next.isInDoubt)
    let last = try #require(next.access)
    #expect(try await requests.introspect(last).isActive)
    #expect(try await renewer.revoke(next, client, sharing: []) == .revoked)
    #expect(try await !requests.introspect(last).isActive)
    #expect(try await harness.stored().refresh == nil)
    #expect(await renew(harness, subject) == .needsAuthorization(.revoked))
  }
}
