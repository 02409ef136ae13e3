import Foundation
import Synchronization
import TestAuthorizationServer
import TestSupport
import Testing

/// Against django-oauth-toolkit, an independent authorization server.
@Suite(.serialized) struct TokenCommandTests {
  @Test func mintsAndRenewsByClientCredentials() async throws {
    let server = try await DjangoOAuth()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "machine-s3cr3t")

    try await test.expectFine(["refresh"])
    try await test.expectFine(["refresh"])
    try test.makeDue()
    test.sandbox.transcript.note("The token is due.")
    try await test.expectFine(["refresh"])
    #expect(try await server.asked() == ["client_credentials", "client_credentials"])

    try await test.expectFine(["refresh", "robot", "--format", "json"])
    #expect(try await server.asked().count == 3)
    try test.sandbox.expectTranscript()
  }

  @Test func aWrongSecretIsNotTriedAgainUntilAnotherIsApplied() async throws {
    let server = try await DjangoOAuth()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "wrong")
    #expect(try await test.vaultctl(["refresh"]).status == 1)
    #expect(try await test.vaultctl(["refresh"]).status == 1)
    #expect(try await server.asked().count == 1)
    _ = try await test.vaultctl(["set", "robot", "client_secret"], input: "machine-s3cr3t")
    try await test.expectFine(["apply", "--auto-approve"])
    try await test.expectFine(["refresh"])
    #expect(try await server.asked().count == 2)
    try test.sandbox.expectTranscript()
  }

  @Test func aCodeOfWordsIsStillTheServices() async throws {
    let server = try await HostileServer { _ in
      .body(#"{"error": "client suspended"}"#, status: 400)
    }
    let test = try TokenSandbox(
      server: server.address, oauth: ["refresh: {invalidGrantCodes: [client suspended]}"])
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    for _ in 1...2 {
      let refused = try await test.vaultctl(["refresh"], isRecorded: false)
      #expect(refused.status == 1)
      #expect(
        refused.errorText.contains("the service refused the client: client suspended"),
        "\(refused.errorText)")
    }
  }

  /// Opens the printed address in a browser that is signed in.
  private func consent(
    _ test: TokenSandbox, _ server: DjangoOAuth, _ arguments: [String] = ["authorize", "crm"]
  ) async throws -> Finished {
    try await test.withPerson(arguments) { errors in
      guard let line = errors.split(separator: "\n").first(where: { $0.contains("/o/authorize/") })
      else { return false }
      try await server.consent(to: line.trimmingCharacters(in: .whitespaces))
      return true
    }
  }

  @Test func obtainsConsentByCodeAndRotates() async throws {
    let server = try await DjangoOAuth()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("crm", app: "crm", id: "web", secret: "web-s3cr3t")
    try await test.expectFine(["refresh"])

    let consented = try await consent(test, server)
    #expect(consented.status == 0, "\(consented.errorText)")
    for _ in 0..<3 {
      try test.makeDue()
      try await test.expectFine(["refresh"])
    }
    #expect(
      try await server.asked()
        == ["authorization_code", "refresh_token", "refresh_token", "refresh_token"])

    // A second consent replaces the first one, and the first is revoked.
    let again = try await consent(test, server)
    #expect(again.status == 0, "\(again.errorText)")
    try test.makeDue()
    try await test.expectFine(["refresh"])
    try test.sandbox.expectTranscript()
  }

  @Test func aReusedTokenEndsTheGrantAndIsReported() async throws {
    let server = try await DjangoOAuth()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("crm", app: "crm", id: "web", secret: "web-s3cr3t")
    _ = try await consent(test, server)
    // The store is put back to before a rotation, as from a backup.
    try test.makeDue()
    let backup = test.sandbox.folder.path + "/before.db"
    _ = try test.sql("VACUUM INTO '\(backup)'")
    try await test.expectFine(["refresh"])
    let path = test.sandbox.folder.path + "/.vaultctl/vault.db"
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    for name in try FileManager.default.contentsOfDirectory(atPath: folder)
    where name.hasPrefix("vault.db") {
      try FileManager.default.removeItem(atPath: folder + "/" + name)
    }
    try FileManager.default.copyItem(atPath: backup, toPath: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)

    test.sandbox.transcript.note("The store is put back to before the renewal.")
    #expect(try await test.vaultctl(["refresh"]).status == 1)
    let count = try await server.asked().count
    _ = try await test.vaultctl(["refresh"])
    #expect(try await server.asked().count == count)
    // A new consent is the way out.
    #expect(try await consent(test, server).status == 0)
    try test.makeDue()
    try await test.expectFine(["refresh"])
    try test.sandbox.expectTranscript()
  }

  @Test func obtainsConsentOnAnotherDevice() async throws {
    let server = try await DjangoOAuth()
    let test = try TokenSandbox(server: server.address, oauth: ["clientAuthentication: none"])
    try await test.apply("crm", app: "crm", id: "device", secret: nil)
    let codes = Mutex<[String]>([])
    func onDevice(denies: Bool) async throws -> Finished {
      try await test.withPerson(["authorize", "crm", "--device"]) { errors in
        // The only word of a code's shape.
        guard let code = errors.firstMatch(of: /\b([A-Z0-9]{4,}(?:-[A-Z0-9]+)*)\b/) else {
          return false
        }
        codes.withLock { $0.append(String(code.1)) }
        try await server.approve(String(code.1), denies: denies)
        return true
      }
    }
    let denied = try await onDevice(denies: true)
    #expect(denied.status == 1)
    let approved = try await onDevice(denies: false)
    #expect(approved.status == 0, "\(approved.errorText)")
    try test.sandbox.expectTranscript(known: codes.withLock { $0.map { ($0, "<code>") } })
  }

  @Test func revokesAtTheService() async throws {
    let server = try await DjangoOAuth()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("crm", app: "crm", id: "web", secret: "web-s3cr3t")
    _ = try await consent(test, server)
    try await test.expectFine(["revoke", "crm"])
    #expect(try test.sql("SELECT count(*) FROM token WHERE access IS NOT NULL") == "0")
    try await test.expectFine(["revoke", "crm"])
    try test.sandbox.expectTranscript()
    let database = asking(server.folder + "/django.db")
    #expect(
      try database("SELECT count(*) FROM oauth2_provider_refreshtoken WHERE revoked IS NULL") == "0"
    )
  }

  @Test func theTokensOfADeletedConnectionAreRevoked() async throws {
    let server = try await DjangoOAuth()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("crm", app: "crm", id: "web", secret: "web-s3cr3t")
    _ = try await consent(test, server)
    let database = asking(server.folder + "/django.db")
    let living = "SELECT count(*) FROM oauth2_provider_refreshtoken WHERE revoked IS NULL"
    #expect(try database(living) == "1")
    try FileManager.default.removeItem(atPath: test.sandbox.folder.path + "/connections/crm.yaml")
    try test.declare("robot", app: "machine", id: "machine", secret: nil)
    test.sandbox.transcript.note("The manifest of `crm` is deleted, and one of `robot` is made.")
    try await test.expectFine(["apply", "--auto-approve", "--prune", "--force"])
    #expect(try database(living) == "0")
    try test.sandbox.expectTranscript()
  }

  private func asking(_ path: String) -> (String) throws -> String {
    { query in
      try run("/usr/bin/sqlite3", ["-cmd", ".timeout 30000", path, query]).text.trimmingCharacters(
        in: .whitespacesAndNewlines)
    }
  }

  /// Any program on this machine can request the page.
  @Test func aResponseWithAnotherStateIsIgnored() async throws {
    let server = try await DjangoOAuth()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("crm", app: "crm", id: "web", secret: "web-s3cr3t")
    let consented = try await test.withPerson(["authorize", "crm"]) { errors in
      guard let line = errors.split(separator: "\n").first(where: { $0.contains("/o/authorize/") }),
        let found = errors.firstMatch(of: /redirect_uri=([^&\s]+)/),
        let url = String(found.1).removingPercentEncoding
      else { return false }
      _ = try await apart {
        for query in ["?code=stolen&state=guessed", "?code=stolen", "", "?error=access_denied"] {
          _ = try run("/usr/bin/curl", ["-s", url + query])
        }
      }
      try await server.consent(to: line.trimmingCharacters(in: .whitespaces))
      return true
    }
    #expect(consented.status == 0)
    #expect(!consented.errorText.contains("stolen"))
    #expect(try await server.asked() == ["authorization_code"])
    try test.sandbox.expectTranscript()
  }
}
