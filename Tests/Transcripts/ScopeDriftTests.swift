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

  @Test func tellsEachDifferenceInEveryForm() async throws {
    let test = try await drifted(granted: "read,delete")
    let plan = try await test.expectFine(["plan"])
    #expect(
      plan.text == """
        warning[VC3002]: `robot` was not granted `write`
          --> connections/robot.yaml:19:11
           = help: ask for what is declared: vaultctl refresh robot

        warning[VC3003]: `robot` was granted `delete`, which is not declared
          --> connections/robot.yaml:19:11
           = note: it can do more than its manifest says
           = help: ask for what is declared: vaultctl refresh robot

        No changes. 1 connection as declared.

        """, "\(plan.text)")
    #expect(try await test.vaultctl(["plan", "--fail-on", "scope-drift"]).status == 3)

    struct Report: Decodable {
      struct Finding: Decodable {
        struct Told: Decodable { let code: String }
        let kind: String
        let connection: String
        let diagnostic: Told
      }
      let findings: [Finding]
    }
    let json = try await test.expectFine(["plan", "--format", "json"])
    let findings = try JSONDecoder().decode(Report.self, from: json.output).findings
    #expect(findings.map(\.diagnostic.code) == ["VC3002", "VC3003"])
    #expect(findings.allSatisfy { $0.kind == "scope-drift" && $0.connection == "robot" })

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

  @Test func tellsTheStateOfTokensAndWhatEndsAhead() async throws {
    let test = try await drifted(granted: "read write")
    let status = try await test.expectFine(["status"])
    #expect(status.text.contains("TOKENS"))
    #expect(status.text.contains("ready until 20"))
    #expect(status.text.contains("Next 24 hours: 1 access token to end."), "\(status.text)")
    try test.makeDue()
    #expect(try await test.expectFine(["status"]).text.contains("expiring until"))
    try test.makeDue(seconds: -5)
    #expect(try await test.expectFine(["status"]).text.contains("expired at"))
    let plan = try await test.vaultctl(["plan", "--fail-on", "tokens"])
    #expect(plan.status == 3)
    #expect(plan.text.contains("VC5001"))

    struct Page: Decodable {
      struct Connection: Decodable {
        struct Tokens: Decodable {
          let state: String
          let isHealthy: Bool
          let isRecoverable: Bool
        }
        let tokens: Tokens
      }
      let connections: [Connection]
    }
    let json = try await test.expectFine(["status", "--format", "json"])
    let tokens = try #require(
      try JSONDecoder().decode(Page.self, from: json.output).connections.first
    ).tokens
    #expect(tokens.state == "expired" && !tokens.isHealthy && tokens.isRecoverable)
  }
}
