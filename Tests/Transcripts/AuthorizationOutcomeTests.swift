import TestAuthorizationServer
import TestSupport
import Testing

/// An authorization that did not do all that it is for exits with 4.
@Suite struct AuthorizationOutcomeTests {
  /// A service that grants a scope, and responds to revocations with a status.
  private func authorizing(
    granted: String, revocation: Int
  ) async throws -> (HostileServer, TokenSandbox) {
    let server = try await HostileServer { call in
      if call.path.contains("revoke") { return .body("", status: revocation) }
      return .body(
        """
        {"access_token": "access-\(call.number)", "refresh_token": "refresh-\(call.number)", \
        "expires_in": 3600, "scope": "\(granted)"}
        """)
    }
    let test = try TokenSandbox(server: server.address)
    try await test.apply("crm", app: "crm", id: "web", secret: "web-s3cr3t")
    return (server, test)
  }

  @Test func scopesThatAreNotGrantedAreNotFine() async throws {
    let (server, test) = try await authorizing(granted: "profile", revocation: 200)
    let consented = try await test.consent(["crm"], status: 4)
    #expect(consented.errorText.contains("`crm` was not granted `read`"))
    // What was granted is kept.
    #expect(try test.sql("SELECT count(*) FROM token WHERE access IS NOT NULL") == "1")
    #expect(server.calls.count == 1)
  }

  /// A new grant is the way out, whatever waits there and may still be valid.
  @Test func aJournalThatCannotBeReadKeepsNobodyFromConsenting() async throws {
    let (server, test) = try await authorizing(granted: "read", revocation: 200)
    try test.sandbox.write("", to: ".vaultctl/answers")
    let consented = try await test.consent(["crm"], status: 4)
    #expect(consented.errorText.contains("the journal of token responses"))
    #expect(server.calls.count == 1)
    #expect(try test.sql("SELECT count(*) FROM token WHERE access IS NOT NULL") == "1")
  }

  @Test(arguments: [(200, 0), (503, 4)] as [(Int, Int32)])
  func previousTokensThatAreNotRevokedAreNotFine(revocation: Int, status: Int32) async throws {
    let (server, test) = try await authorizing(granted: "read", revocation: revocation)
    try await test.consent(["crm"])
    let again = try await test.consent(["crm"], status: status)
    #expect(again.errorText.contains("VC5008") == (status == 4), "\(again.errorText)")
    #expect(server.calls.contains { $0.form["token"] == "refresh-1" })
  }
}
