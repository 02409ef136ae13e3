import Foundation
import TestAuthorizationServer
import TestOpenBao
import TestSupport
import Testing

/// `vaultctl tokens`, and who may read which token in OpenBao.
@Suite(.serialized) struct TokensCommandTests {
  private static let folder = "secret/data/vaultctl-tokens/sandbox0sandbox0sand"

  private func prepared(_ bao: BaoServer?, _ server: HostileServer) async throws -> TokenSandbox {
    let store =
      bao.map {
        """
        store:
          type: openbao
          address: \($0.root.address)
          credentialsCommand: [echo, "BAO_TOKEN=\($0.root.token)"]
        """
      } ?? ""
    let test = try TokenSandbox(server: server.address, revokesMachines: true, project: store)
    for name in ["crm", "old-crm"] {
      try await test.apply(name, app: "machine", id: name, secret: "s3cr3t")
    }
    try await test.expectFine(["refresh"], isRecorded: false)
    return test
  }

  private func service() async throws -> HostileServer {
    try await HostileServer { call in
      call.path.contains("revoke")
        ? .body("")
        : .body(#"{"access_token": "t0ken-\#(call.number)", "expires_in": 3600}"#)
    }
  }

  /// The connection is removed without its tokens, by the store's own tools.
  private func orphan(_ test: TokenSandbox, _ bao: BaoServer?) throws {
    if let bao {
      try bao.root.order("DELETE", "secret/metadata/vaultctl/old-crm")
    } else {
      let id = "(SELECT id FROM connection WHERE name = 'old-crm')"
      try test.change(
        """
        PRAGMA foreign_keys = OFF; DELETE FROM field WHERE connection = \(id);
        DELETE FROM version WHERE connection = \(id); DELETE FROM connection WHERE id = \(id)
        """)
    }
  }

  @Test(arguments: [false, true])
  func listsRevokesAndForgets(inOpenBao: Bool) async throws {
    let bao = inOpenBao ? try await BaoServer() : nil
    defer { bao?.end() }
    let server = try await service()
    let test = try await prepared(bao, server)
    let both = try await test.expectFine(["tokens", "list"])
    #expect(both.text.contains("old-crm") && !both.text.contains("no connection"), "\(both.text)")

    try orphan(test, bao)
    let list = try await test.expectFine(["tokens", "list"], isRecorded: false)
    #expect(list.text.contains("no connection") && list.text.contains("ready"), "\(list.text)")
    #expect(list.text.contains("1 without a connection"))
    let json = try await test.expectFine(["tokens", "list", "-o", "json"], isRecorded: false)
    try expectValid(json.text)
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [String: Any])
    let rows = try #require(document["tokens"] as? [[String: Any]])
    #expect(rows.count == 2)
    let stray = try #require(rows.first { $0["has_connection"] as? Bool == false })
    let key = try #require(stray["name"] as? String)
    if bao != nil { #expect(key == "old-crm") }

    // A connection's tokens are not forgotten, and nothing is without an answer.
    let refused = try await test.vaultctl(["tokens", "forget", "crm", "--auto-approve"])
    #expect(refused.status == 1 && refused.errorText.contains("tokens revoke crm"))
    let unanswered = try await test.vaultctl(["tokens", "forget", key], isRecorded: false)
    #expect(unanswered.status == 1)
    #expect(
      try await test.expectFine(["tokens", "list"], isRecorded: false).text
        .contains("no connection"))
    let id = try #require(stray["id"] as? String)
    try await test.expectFine(["tokens", "forget", id, "--auto-approve"], isRecorded: false)
    let left = try await test.expectFine(["tokens", "list"])
    #expect(!left.text.contains("no connection") && left.text.contains("crm"))

    try await test.expectFine(["tokens", "revoke", "crm"])
    #expect(server.calls.contains { $0.path.contains("revoke") })
    let revoked = try await test.expectFine(["tokens", "list"])
    #expect(!revoked.text.contains("ready"), "\(revoked.text)")
    for one in [both, list, json, refused, left, revoked] {
      #expect(!one.text.contains("t0ken") && !one.errorText.contains("t0ken"))
    }
    if let bao {
      let copy = try bao.root.call("GET", "\(Self.folder)/access/crm")
      #expect(copy.status == 404, "consumers have no revoked token: \(copy.text)")
    }
  }

  /// They may hold a refresh token, so they are not passed over.
  @Test(arguments: [false, true])
  func tokensThatNobodyCanReadAreListedAndForgotten(inOpenBao: Bool) async throws {
    let bao = inOpenBao ? try await BaoServer() : nil
    defer { bao?.end() }
    let server = try await service()
    let test = try await prepared(bao, server)
    try orphan(test, bao)
    if let bao {
      try bao.root.order("POST", "\(Self.folder)/refresh/old-crm", ["data": ["x": "y"]])
    } else {
      let connections = "(SELECT id FROM connection)"
      try test.change("UPDATE token SET record = '{' WHERE connection NOT IN \(connections)")
    }
    let json = try await test.expectFine(["tokens", "list", "-o", "json"], isRecorded: false)
    try expectValid(json.text)
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [String: Any])
    let rows = try #require(document["tokens"] as? [[String: Any]])
    let stray = try #require(rows.first { $0["state"] as? String == "unreadable" })
    let key = try #require(stray["name"] as? String)
    let verified = try await test.vaultctl(["store", "verify"], isRecorded: false)
    #expect(verified.status == 1 && verified.errorText.contains("VC4009"), "\(verified.text)")
    try await test.expectFine(["tokens", "forget", key, "--auto-approve"], isRecorded: false)
    let left = try await test.expectFine(["tokens", "list"], isRecorded: false)
    #expect(!left.text.contains("unreadable") && left.text.contains("crm"))
    if bao != nil { try await test.expectFine(["store", "verify"], isRecorded: false) }
  }

  /// What the service did not take back is not called revoked.
  @Test func isRevokedOnlyIfTheServiceRevokedIt() async throws {
    let server = try await service()
    let test = try await prepared(nil, server)
    server.answer { call in
      call.path.contains("revoke")
        ? .body(#"{"error": "unsupported_token_type"}"#, status: 400) : .body("", status: 500)
    }
    func revoke(_ name: String) async throws -> (status: Int32, isRevoked: Bool?, text: String) {
      let finished = try await test.vaultctl(
        ["tokens", "revoke", name, "-o", "json"], isRecorded: false)
      let document =
        try JSONSerialization.jsonObject(with: finished.output) as? [String: Any]
      return (finished.status, document?["revoked"] as? Bool, finished.text)
    }
    let partly = try await revoke("crm")
    #expect(partly.status == 4 && partly.isRevoked == false, "\(partly.text)")
    let again = try await revoke("crm")
    #expect(again.status == 0 && again.isRevoked == false, "nothing is left: \(again.text)")
    server.answer { _ in .body("") }
    let done = try await revoke("old-crm")
    #expect(done.status == 0 && done.isRevoked == true, "\(done.text)")
  }

  private func expectValid(_ json: String) throws {
    guard let program = ProcessInfo.processInfo.environment["VAULTCTL_CHECK_JSONSCHEMA"] else {
      return
    }
    let folder = try TemporaryFolder()
    try folder.write(json, to: "tokens.json")
    let schema = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../schemas/tokens.schema.json").standardizedFileURL.path
    let checked = try run(
      program, ["--schemafile", schema, folder.path + "/tokens.json"], environment: [:])
    #expect(checked.status == 0, "\(checked.text)\(json)")
  }

  /// The policy of the example, as the server enforces it.
  @Test func aConsumersPolicyReadsTheAccessTokenAndNoRefreshToken() async throws {
    let bao = try await BaoServer()
    defer { bao.end() }
    let server = try await service()
    defer { server.end() }
    let test = try await prepared(bao, server)
    let policy = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../examples/openbao/consumer.hcl")
    let text = try String(contentsOf: policy, encoding: .utf8)
    try bao.root.writePolicy("consumer", text.replacing("PROJECT", with: "sandbox0sandbox0sand"))
    let consumer = bao.root.with(token: try bao.root.makeToken(["consumer"]))
    let read = try consumer.call("GET", "\(Self.folder)/access/crm")
    #expect(read.status == 200)
    #expect(
      read.value("data", "data", "access_token", as: String.self)?.hasPrefix("t0ken-") == true)
    #expect(read.value("data", "data", "expires_at", as: String.self) != nil)
    for path in [
      "\(Self.folder)/refresh/crm", "\(Self.folder)/access/old-crm", "secret/data/vaultctl/crm",
      "secret/data/vaultctl-state/sandbox0sandbox0sand/key",
    ] {
      #expect(try bao.root.call("GET", path).status == 200, "\(path) is there")
      #expect(try consumer.call("GET", path).status == 403, "\(path)")
    }
    // It follows a renewal.
    try await test.expectFine(["refresh", "crm"])
    let later = try consumer.call("GET", "\(Self.folder)/access/crm")
    #expect(
      later.value("data", "data", "access_token", as: String.self)
        != read.value("data", "data", "access_token", as: String.self))
  }

  /// Killed at every request that writes: after the next apply the connection has its tokens under its
  /// new name, and nothing else has any.
  @Test(.timeLimit(.minutes(10))) func aRenameKilledAtAnyWriteKeepsTheTokens() async throws {
    let bao = try await BaoServer()
    defer { bao.end() }
    let proxy = try await BaoProxy(bao.root.address)
    defer { proxy.end() }
    let server = try await service()
    let test = try TokenSandbox(
      server: server.address,
      project: """
        store:
          type: openbao
          address: \(proxy.address)
          credentialsCommand: [echo, "BAO_TOKEN=\(bao.root.token)"]
        """)
    try await test.apply("crm-0", app: "machine", id: "crm", secret: "s3cr3t")
    try await test.expectFine(["refresh"], isRecorded: false)
    let token = try access(bao, "crm-0")
    var number = 1
    var isOver = false
    while !isOver {
      let name = "crm-\(number)"
      try await test.expectFine(["rename", "crm-\(number - 1)", name], isRecorded: false)
      isOver = try await !test.isKilled(["apply", "--auto-approve"], through: proxy, at: number)
      try await test.expectFine(["apply", "--auto-approve"], isRecorded: false)
      #expect(try access(bao, name) == token, "write \(number)")
      let list = try await test.expectFine(["tokens", "list", "-o", "json"], isRecorded: false)
      #expect(list.text.contains("\"\(name)\"") && !list.text.contains("no connection"))
      #expect(list.text.matches(of: /"name"/).count == 1, "write \(number): \(list.text)")
      for folder in ["refresh", "access"] {
        let keys = try bao.root.call(
          "GET",
          "secret/metadata/vaultctl-tokens/sandbox0sandbox0sand/\(folder)/?list=true"
        ).value("data", "keys", as: [String].self)
        #expect(keys == [name], "write \(number): \(folder)")
      }
      number += 1
    }
    #expect(number > 8, "there were that many writes to be killed at")
    #expect(server.calls.count == 1, "no token was requested again")
  }

  private func access(_ bao: BaoServer, _ name: String) throws -> String? {
    try bao.root.call("GET", "\(Self.folder)/access/\(name)")
      .value("data", "data", "access_token", as: String.self)
  }
}
