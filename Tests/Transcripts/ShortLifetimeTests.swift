import TestAuthorizationServer
import TestSupport
import Testing

@Suite struct ShortLifetimeTests {
  /// It is not requested again within a minute, and is no token to be content with.
  @Test func anExpiredTokenThatIsHeldBackIsReported() async throws {
    let server = try await HostileServer { _ in
      .body(#"{"access_token": "t0ken", "expires_in": 0}"#)
    }
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    try await test.expectFine(["refresh"])
    let again = try await test.vaultctl(["refresh"])
    #expect(again.status == 1, "\(again.text)\(again.errorText)")
    #expect(!again.text.contains("Nothing is due"), "\(again.text)")
    #expect(again.errorText.contains("it expired at"), "\(again.errorText)")
    #expect(again.errorText.contains("next attempt at"), "\(again.errorText)")
    #expect(server.calls.count == 1)
  }
}
