import Foundation
import TestOpenBao
import TestSupport
import Testing

/// A KV v2 engine as a store: the main job against a real server.
@Suite struct OpenBaoTests {
  @Test func theWholeLifeOfConnections() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try OpenBaoSandbox(server.root)
    try it.declare(["a", "b"])
    try it.fine(["new", "c", "--app", "slack", "--empty"])
    try it.fine(["apply", "--auto-approve"])
    #expect(try server.root.secret("vaultctl/a") == ["type": "bearer", "token": "value-of-a"])
    try it.expectNoChanges()

    // Rotated, and sealed again: a version, and none.
    try it.fine(["set", "a", "token"], input: "n3w")
    try it.fine(["plan"])
    try it.fine(["apply", "--auto-approve"])
    #expect(try server.root.secret("vaultctl/a")["token"] == "n3w")
    try it.fine(["set", "a", "token"], input: "n3w")
    try it.fine(["plan"])
    try it.fine(["apply", "--auto-approve"])
    #expect(try it.fine(["history", "a"]).text.split(separator: "\n").count == 3)
    try it.expectNoChanges()

    // Filled, renamed, deleted; a deleted one can be brought back by the server's own means.
    try it.fine(["set", "c", "url"], input: "https://hooks.slack.com/x")
    try it.fine(["rename", "b", "bee"])
    try it.remove("a")
    it.sandbox.transcript.note("The manifest of `a` is deleted.")
    try it.fine(["apply", "--auto-approve", "--prune"])
    #expect(try server.root.secret("vaultctl/bee")["token"] == "value-of-b")
    #expect(try server.root.call("GET", "secret/data/vaultctl/a").status == 404)
    try it.expectNoChanges()
    try server.root.order("POST", "secret/undelete/vaultctl/a", ["versions": [2]])
    #expect(try server.root.secret("vaultctl/a")["token"] == "n3w")
    it.sandbox.transcript.note("`a` is undeleted with the server's own API.")
    try it.fine(["plan"])

    // For good.
    try it.remove("c")
    try it.fine(["apply", "--auto-approve", "--prune", "--destroy"])
    #expect(try server.root.call("GET", "secret/metadata/vaultctl/c").status == 404)
    try it.expectNoChanges()
    try it.sandbox.expectTranscript()
  }

  /// JSON has fewer numbers than YAML, and a plan compares what the server gives back.
  @Test func aNumberThatJSONHasNotIsAText() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try OpenBaoSandbox(server.root)
    let texts = [
      "hex": "0x1F", "octal": "0o17", "all": ".inf", "none": ".nan", "plus": "+5", "dot": ".5",
    ]
    let numbers = ["age": "1.50", "count": "-3", "large": "123456789012345678901234567890"]
    let fields = texts.merging(numbers) { $1 }
    try it.sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: a}
      spec:
        app: jwt
        setup: {type: jwt, algorithm: HS256, \(fields.map { "\($0): \($1)" }.joined(separator: ", "))}
        publicFields: [\(fields.keys.joined(separator: ", "))]
      """, to: "connections/a.yaml")
    try it.fine(["apply", "--auto-approve"], isRecorded: false)
    let there = try server.root.call("GET", "secret/data/vaultctl/a").text
    for (field, text) in texts { #expect(there.contains("\"\(field)\":\"\(text)\""), "\(there)") }
    #expect(there.contains("\"count\":-3"), "\(there)")
    let plan = try it.vaultctl(["plan", "--detailed-exitcode"], isRecorded: false)
    #expect(plan.status == 0, "\(plan.text)\(plan.errorText)")
  }

  @Test func changesByOthersAreReportedFieldByField() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try OpenBaoSandbox(server.root)
    try it.sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: a, labels: {team: x}}
      spec:
        app: http
        setup: {type: basic_auth, username: ann, password: s3cret}
      """, to: "connections/a.yaml")
    try it.fine(["encrypt"])
    try it.fine(["apply", "--auto-approve"])
    try server.root.order(
      "POST", "secret/data/vaultctl/a",
      ["data": ["type": "basic_auth", "username": "eve", "password": "s3cret", "more": "x"]])
    it.sandbox.transcript.note("Somebody changes `username` and adds `more` in the store.")
    let drift = try it.vaultctl(["plan", "--fail-on", "drift"])
    #expect(drift.status == 3)
    #expect(!drift.text.contains("s3cret"))
    try server.root.order(
      "POST", "secret/data/vaultctl/a",
      ["data": ["type": "basic_auth", "username": "ann", "password": "th3irs"]])
    it.sandbox.transcript.note("Somebody changes `password` in the store.")
    #expect(try !it.fine(["plan"]).text.contains("th3irs"))
    try it.fine(["apply", "--auto-approve"])
    #expect(
      try server.root.secret("vaultctl/a")
        == ["type": "basic_auth", "username": "ann", "password": "s3cret"])
    try it.expectNoChanges()

    // The secret's metadata counts too.
    let custom = try #require(
      try server.root.call("GET", "secret/metadata/vaultctl/a")
        .value("data", "custom_metadata", as: [String: String].self))
    try server.root.order(
      "POST", "secret/metadata/vaultctl/a",
      ["custom_metadata": custom.merging(["label.team": "=y", "owner": "eve"]) { $1 }])
    it.sandbox.transcript.note("Somebody changes a label in the store.")
    try it.fine(["plan"])
    try it.fine(["apply", "--auto-approve"])
    try it.expectNoChanges()
    let after = try server.root.call("GET", "secret/metadata/vaultctl/a")
      .value("data", "custom_metadata", as: [String: String].self)
    #expect(
      after?["label.team"] == "=x" && after?["owner"] == "eve", "the metadata of others stays")

    // Both sides.
    try it.fine(["set", "a", "password"], input: "n3w")
    try server.root.order(
      "POST", "secret/data/vaultctl/a",
      ["data": ["type": "basic_auth", "username": "ann", "password": "th3irs"]])
    it.sandbox.transcript.note("Somebody changes `password` in the store.")
    #expect(try it.vaultctl(["apply", "--auto-approve"]).status == 1)
    try it.fine(["apply", "--auto-approve", "--force-conflicts"])
    #expect(try server.root.secret("vaultctl/a")["password"] == "n3w")
    try it.sandbox.expectTranscript()
  }

  @Test func aRollbackNamesTheCommandThatRestoresTheManifest() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try OpenBaoSandbox(server.root)
    try it.sandbox.git(["init", "--quiet"])
    func commit() throws {
      try it.sandbox.git(["add", "--all"])
      try it.sandbox.git(["commit", "--quiet", "-m", "it"])
    }
    try it.declare(["a"])
    try commit()
    try it.fine(["apply", "--auto-approve"])
    try it.fine(["set", "a", "token"], input: "n3w")
    try commit()
    try it.fine(["apply", "--auto-approve"])

    let back = try it.fine(["rollback", "a", "--to", "1", "--auto-approve"])
    #expect(try server.root.secret("vaultctl/a")["token"] == "value-of-a")
    let command = try #require(
      back.errorText.split(separator: "\n").compactMap { line in
        line.range(of: "git checkout ").map { line[$0.lowerBound...] }
      }.first)
    let words = command.split(separator: " ")
    #expect(words[4] == "connections/a.yaml", "\(command)")
    // The manifest is newer.
    try it.fine(["plan"])
    try it.sandbox.git(["checkout", String(words[2]), "--", String(words[4])])
    it.sandbox.transcript.note("The command is run.")
    try it.fine(["plan"])
    try it.fine(["apply", "--auto-approve"])
    try it.expectNoChanges()
    #expect(
      try server.root.call("GET", "secret/metadata/vaultctl/a").value(
        "data", "current_version", as: Int.self) == 3, "only the record was written")

    #expect(try it.vaultctl(["rollback", "a", "--to", "9", "--auto-approve"]).status == 1)
    try it.fine(["history", "a", "--format", "json"])
    try it.sandbox.expectTranscript()
  }

  @Test func environmentsHaveTheirOwnPathsAndLongRecordsTheirOwnSecret() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try OpenBaoSandbox(
      server.root,
      more: """
        environments:
          prod: {store: {type: openbao}}
          staging: {store: {type: openbao}}
        """)
    // Forty fields of an open setup do not fit beside the secret.
    let fields = (0..<40).map { "    claim_\($0): \(String(repeating: "x", count: 300))" }
    try it.sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: long}
      spec:
        app: jwt
        publicFields: [\((0..<40).map { "claim_\($0)" }.joined(separator: ", "))]
        setup:
          type: jwt
          algorithm: RS256
      \(fields.joined(separator: "\n"))
      """, to: "connections/long.yaml")
    for environment in ["prod", "staging"] {
      try it.fine(["apply", "--auto-approve", "--env", environment])
      try it.fine(["plan", "--detailed-exitcode", "--env", environment])
      #expect(try server.root.secret("vaultctl/\(environment)/long").count == 42)
    }
    let text = try it.sandbox.read("connections/long.yaml")
    try it.sandbox.write(
      text.replacingOccurrences(of: "claim_7: x", with: "claim_7: y"), to: "connections/long.yaml")
    it.sandbox.transcript.note("`claim_7` is changed in the manifest.")
    try it.fine(["plan", "--env", "prod"])
    try it.fine(["apply", "--auto-approve", "--env", "prod"])
    try it.fine(["plan", "--detailed-exitcode", "--env", "prod"])
    try it.sandbox.expectTranscript()
  }
}
