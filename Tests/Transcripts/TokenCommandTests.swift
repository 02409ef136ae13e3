import Foundation
import TestSupport
import Testing

/// Against django-oauth-toolkit, which nobody here wrote.
@Suite(.serialized) struct TokenCommandTests {
  @Test func mintsAndRenewsByClientCredentials() async throws {
    let server = try await DjangoOAuth()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "machine-s3cr3t")

    let minted = try await test.expectFine(["refresh"])
    #expect(minted.text.hasPrefix("robot  renewed, good until "))
    #expect(try await test.expectFine(["refresh"]).text == "Nothing is due.\n")
    try test.makeDue()
    #expect(try await test.expectFine(["refresh"]).text.hasPrefix("robot  renewed"))
    #expect(try await server.asked() == ["client_credentials", "client_credentials"])

    let named = try await test.expectFine(["refresh", "robot", "--format", "json"])
    #expect(
      named.text.contains(#""result" : "renewed""#) || named.text.contains(#""result":"renewed""#))
    #expect(try await server.asked().count == 3)
  }

  @Test func aWrongSecretStopsUntilAnotherIsApplied() async throws {
    let server = try await DjangoOAuth()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "wrong")
    let refused = try await test.vaultctl(["refresh"])
    #expect(refused.status == 1)
    #expect(refused.errorText.contains("VC5004"))
    #expect(refused.errorText.contains("invalid_client"))
    #expect(try await test.vaultctl(["refresh"]).status == 1)
    #expect(try await server.asked().count == 1)
    _ = try await test.vaultctl(["set", "robot", "client_secret"], input: "machine-s3cr3t")
    try await test.expectFine(["apply", "--auto-approve"])
    try await test.expectFine(["refresh"])
    #expect(try await server.asked().count == 2)
  }

  /// Opens what the command says in a browser that is signed in.
  private func consent(
    _ test: TokenSandbox, _ server: DjangoOAuth, _ arguments: [String] = ["authorize", "crm"]
  ) async throws -> Finished {
    try await test.withPerson(arguments) { said in
      guard let line = said.split(separator: "\n").first(where: { $0.contains("/o/authorize/") })
      else { return false }
      try await server.consent(to: line.trimmingCharacters(in: .whitespaces))
      return true
    }
  }

  @Test func obtainsConsentByCodeAndRotates() async throws {
    let server = try await DjangoOAuth()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("crm", app: "crm", id: "web", secret: "web-s3cr3t")
    #expect(try await test.vaultctl(["refresh"]).text == "Nothing is due.\n")

    let consented = try await consent(test, server)
    #expect(consented.status == 0, "\(consented.errorText)")
    #expect(consented.text.hasPrefix("crm  renewed, good until "))
    #expect(consented.errorText.contains("code_challenge_method=S256"))
    for _ in 0..<3 {
      try test.makeDue()
      try await test.expectFine(["refresh"])
    }
    #expect(
      try await server.asked()
        == ["authorization_code", "refresh_token", "refresh_token", "refresh_token"])

    // A second consent takes the first one's place, and the first is given back.
    let again = try await consent(test, server)
    #expect(again.status == 0 && !again.errorText.contains("VC5008"), "\(again.errorText)")
    try test.makeDue()
    try await test.expectFine(["refresh"])
  }

  @Test func aReusedTokenKillsTheFamilyAndSaysSo() async throws {
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

    let dead = try await test.vaultctl(["refresh"])
    #expect(dead.status == 1)
    #expect(dead.errorText.contains("VC5003"))
    #expect(dead.errorText.contains("invalid_grant"))
    #expect(dead.errorText.contains("vaultctl authorize crm"))
    let count = try await server.asked().count
    _ = try await test.vaultctl(["refresh"])
    #expect(try await server.asked().count == count)
    // And a new consent mends it.
    #expect(try await consent(test, server).status == 0)
    try test.makeDue()
    try await test.expectFine(["refresh"])
  }

  @Test func obtainsConsentOnAnotherDevice() async throws {
    let server = try await DjangoOAuth()
    let test = try TokenSandbox(server: server.address, oauth: ["clientAuthentication: none"])
    try await test.apply("crm", app: "crm", id: "device", secret: nil)
    func onDevice(denies: Bool) async throws -> Finished {
      try await test.withPerson(["authorize", "crm", "--device"]) { said in
        guard let code = said.firstMatch(of: /type in the code ([A-Z0-9-]+)/) else { return false }
        try await server.approve(String(code.1), denies: denies)
        return true
      }
    }
    let denied = try await onDevice(denies: true)
    #expect(denied.status == 1)
    #expect(denied.errorText.contains("VC5007"), "\(denied.errorText)")
    let approved = try await onDevice(denies: false)
    #expect(approved.status == 0, "\(approved.errorText)")
    #expect(approved.text.hasPrefix("crm  renewed, good until "))
  }

  @Test func revokesAtTheService() async throws {
    let server = try await DjangoOAuth()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("crm", app: "crm", id: "web", secret: "web-s3cr3t")
    _ = try await consent(test, server)
    #expect(try await test.expectFine(["revoke", "crm"]).text == "`crm` has no tokens any more.\n")
    #expect(try test.sql("SELECT count(*) FROM token WHERE access IS NOT NULL") == "0")
    #expect(try await test.expectFine(["revoke", "crm"]).text == "`crm` has no tokens.\n")
    let database = asking(server.folder + "/django.db")
    #expect(
      try database("SELECT count(*) FROM oauth2_provider_refreshtoken WHERE revoked IS NULL") == "0"
    )
  }

  @Test func aDeletedConnectionsTokensAreGivenBack() async throws {
    let server = try await DjangoOAuth()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("crm", app: "crm", id: "web", secret: "web-s3cr3t")
    _ = try await consent(test, server)
    let database = asking(server.folder + "/django.db")
    let living = "SELECT count(*) FROM oauth2_provider_refreshtoken WHERE revoked IS NULL"
    #expect(try database(living) == "1")
    try FileManager.default.removeItem(atPath: test.sandbox.folder.path + "/connections/crm.yaml")
    try test.declare("robot", app: "machine", id: "machine", secret: nil)
    let applied = try await test.expectFine(["apply", "--auto-approve", "--prune", "--force"])
    #expect(!applied.errorText.contains("VC5008"), "\(applied.errorText)")
    #expect(try database(living) == "0")
  }

  private func asking(_ path: String) -> (String) throws -> String {
    { query in
      try run("/usr/bin/sqlite3", [path, query]).text.trimmingCharacters(
        in: .whitespacesAndNewlines)
    }
  }

  @Test func aStrangersAnswerInTheBrowserIsRefused() async throws {
    let server = try await DjangoOAuth()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("crm", app: "crm", id: "web", secret: "web-s3cr3t")
    let attacked = try await test.withPerson(["authorize", "crm"]) { said in
      guard let found = said.firstMatch(of: /redirect_uri=([^&\s]+)/),
        let url = String(found.1).removingPercentEncoding
      else { return false }
      _ = try await apart {
        try run("/usr/bin/curl", ["-s", url + "?code=stolen&state=guessed"])
      }
      return true
    }
    #expect(attacked.status == 1)
    #expect(attacked.errorText.contains("VC5007"))
    #expect(!attacked.errorText.contains("stolen"))
    #expect(try await server.asked().isEmpty)
  }
}
