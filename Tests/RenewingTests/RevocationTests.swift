import Model
import Renewing
import Stores
import TestAuthorizationServer
import TestSupport
import Testing
import Tokens

@Suite struct RevocationTests {
  private let server: HostileServer
  private let harness: RenewalHarness
  private let superseded: SupersededTokens
  private let client: Client

  init() async throws {
    server = try await HostileServer { _ in .body("{}") }
    harness = try await RenewalHarness(
      OAuthService(
        token: EndpointTemplate(server.address + "/token"),
        revocation: EndpointTemplate(server.address + "/revoke")))
    try await harness.authorize(isDue: false)
    let stored = try await harness.stored()
    superseded = SupersededTokens(access: stored.access, refresh: stored.refresh)
    client = try harness.subject.client(harness.secrets, record: stored.record)
  }

  /// Another connection may use them.
  @Test func nothingIsSentWhileTheStoreDoesNotSayWhoHasThem() async throws {
    let away = UnreliableTokens(harness.store, isAway: { true }, fault: { _, _ in nil })
    let other = try name("other")
    await #expect(throws: StoreError.unavailable("it is away")) {
      try await harness.renewer(away).revoke(superseded, client, sharing: [other])
    }
    #expect(server.calls.isEmpty)
  }

  @Test func aConnectionThatIsGoneHoldsNothing() async throws {
    let gone = try name("gone")
    #expect(
      try await harness.renewer().revoke(superseded, client, sharing: [gone]) == .revoked)
    #expect(server.calls.map(\.path) == ["/revoke", "/revoke"])
    #expect(server.calls.map { $0.form["token"] } == ["refresh-0", "access-0"])
  }

  @Test func whatAnotherConnectionHasIsNotRevoked() async throws {
    let holder = harness.subject.name
    #expect(
      try await harness.renewer().revoke(superseded, client, sharing: [holder])
        == .shared(with: holder))
    #expect(server.calls.isEmpty)
  }
}
