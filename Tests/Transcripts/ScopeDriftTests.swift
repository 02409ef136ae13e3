import Foundation
import TestAuthorizationServer
import TestSupport
import Testing

/// Declared, granted and required scopes, each difference by itself, as people and services read it.
@Suite struct ScopeDriftTests {
  private func drifted(granted: String) async throws -> TokenSandbox {
    let server = try await HostileServer { _ in
      .body(#"{"access_token": "t0ken", "expires_in": 86400, "scope": "\#(granted)"}"#)
    }
    let test = try TokenSandbox(
      server: server.address,
      project: """
        flows: [flows/*.json]
        """)
    try await test.apply(
      "robot", app: "machine", id: "machine", secret: "s3cret", scopes: "[read, write]")
    try await test.expectFine(["refresh"])
    return test
  }

  @Test func reportsEachDifferenceInEveryFormat() async throws {
    let test = try await drifted(granted: "read,delete")
    try await test.expectFine(["plan"])
    #expect(try await test.vaultctl(["plan", "--fail-on", "scope-drift"]).status == 3)
    try await test.expectFine(["plan", "--format", "json"])
    try test.sandbox.expectTranscript()

    struct SARIF: Decodable {
      struct Run: Decodable {
        struct Result: Decodable { let ruleId: String }
        let results: [Result]
      }
      let runs: [Run]
    }
    let sarif = try await test.expectFine(["plan", "--format", "sarif"])
    let results = try JSONDecoder().decode(SARIF.self, from: sarif.output).runs.flatMap(\.results)
    #expect(results.map(\.ruleId) == ["VC3002", "VC3003"])
  }

  @Test func reportsTheStateOfTokensAndTheNextExpiries() async throws {
    let test = try await drifted(granted: "read write")
    try await test.expectFine(["status"])
    try test.makeDue()
    test.sandbox.transcript.note("The token expires in 5 minutes.")
    try await test.expectFine(["status"])
    try test.makeDue(seconds: -5)
    test.sandbox.transcript.note("The token expired 5 seconds ago.")
    try await test.expectFine(["status"])
    #expect(try await test.vaultctl(["plan", "--fail-on", "tokens"]).status == 3)

    struct Page: Decodable {
      struct Connection: Decodable {
        struct Tokens: Decodable {
          let state: String
          let is_healthy: Bool
          let is_recoverable: Bool
        }
        let tokens: Tokens
      }
      let connections: [Connection]
    }
    let json = try await test.expectFine(["status", "--format", "json"])
    let tokens = try #require(
      try JSONDecoder().decode(Page.self, from: json.output).connections.first
    ).tokens
    #expect(tokens.state == "expired" && !tokens.is_healthy && tokens.is_recoverable)
    try test.sandbox.expectTranscript()
  }
}
