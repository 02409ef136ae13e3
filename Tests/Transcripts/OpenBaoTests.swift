import Foundation
import TestOpenBao
import TestSupport
import Testing

/// A KV v2 engine as a store: the main job against a real server.
@Suite struct OpenBaoTests {
  @Test func theMainJob() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try OpenBaoSandbox(server.root)
    try it.declare(["a", "b"])
    try it.fine(["new", "c", "--app", "slack", "--empty"])
    #expect(try it.fine(["apply", "--auto-approve"]).text.contains("Applied: 3 created"))
    #expect(try server.root.secret("vaultctl/a") == ["type": "bearer", "token": "value-of-a"])
    try it.expectNoChanges()

    // Rotated, and sealed again: a version, and none.
    try it.fine(["set", "a", "token"], input: "n3w")
    #expect(try it.fine(["plan"]).text.contains("(secret: rotated)"))
    try it.fine(["apply", "--auto-approve"])
    #expect(try server.root.secret("vaultctl/a")["token"] == "n3w")
    try it.fine(["set", "a", "token"], input: "n3w")
    #expect(try it.fine(["plan"]).text.contains("re-encrypted, same value"))
    try it.fine(["apply", "--auto-approve"])
    #expect(try it.fine(["history", "a"]).text.split(separator: "\n").count == 3)
    try it.expectNoChanges()

    // Filled, renamed, deleted; a deleted one can be brought back by the server's own means.
    try it.fine(["set", "c", "url"], input: "https://hooks.slack.com/x")
    try it.fine(["rename", "b", "bee"])
    try it.remove("a")
    let changed = try it.fine(["apply", "--auto-approve", "--prune"]).text
    #expect(changed.contains("1 updated") && changed.contains("1 renamed"))
    #expect(changed.contains("1 deleted"), "\(changed)")
    #expect(try server.root.secret("vaultctl/bee")["token"] == "value-of-b")
    #expect(try server.root.call("GET", "secret/data/vaultctl/a").status == 404)
    try it.expectNoChanges()
    try server.root.order("POST", "secret/undelete/vaultctl/a", ["versions": [2]])
    #expect(try server.root.secret("vaultctl/a")["token"] == "n3w")
    #expect(try it.fine(["plan"]).text.contains("VC3008"), "it is nobody's now")

    // For good.
    try it.remove("c")
    try it.fine(["apply", "--auto-approve", "--prune", "--destroy"])
    #expect(try server.root.call("GET", "secret/metadata/vaultctl/c").status == 404)
    try it.expectNoChanges()
  }

  @Test func whatOthersChangedIsToldFieldByField() async throws {
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
    let drift = try it.vaultctl(["plan", "--fail-on", "drift"])
    #expect(drift.status == 3)
    #expect(drift.text.contains("changed in the store: `more`, `username`"), "\(drift.text)")
    #expect(!drift.text.contains("s3cret"))
    try server.root.order(
      "POST", "secret/data/vaultctl/a",
      ["data": ["type": "basic_auth", "username": "ann", "password": "th3irs"]])
    let secret = try it.fine(["plan"]).text
    #expect(secret.contains("changed in the store: `password`"), "\(secret)")
    #expect(secret.contains("(secret: restored)") && !secret.contains("th3irs"))
    try it.fine(["apply", "--auto-approve"])
    #expect(
      try server.root.secret("vaultctl/a")
        == ["type": "basic_auth", "username": "ann", "password": "s3cret"])
    try it.expectNoChanges()

    // What stands beside the secret counts too.
    let custom = try #require(
      try server.root.call("GET", "secret/metadata/vaultctl/a")
        .value("data", "custom_metadata", as: [String: String].self))
    try server.root.order(
      "POST", "secret/metadata/vaultctl/a",
      ["custom_metadata": custom.merging(["label.team": "=y", "owner": "eve"]) { $1 }])
    #expect(try it.fine(["plan"]).text.contains("changed in the store: the labels"))
    try it.fine(["apply", "--auto-approve"])
    try it.expectNoChanges()
    let after = try server.root.call("GET", "secret/metadata/vaultctl/a")
      .value("data", "custom_metadata", as: [String: String].self)
    #expect(after?["label.team"] == "=x" && after?["owner"] == "eve", "others' stays")

    // Both sides.
    try it.fine(["set", "a", "password"], input: "n3w")
    try server.root.order(
      "POST", "secret/data/vaultctl/a",
      ["data": ["type": "basic_auth", "username": "ann", "password": "th3irs"]])
    let conflict = try it.vaultctl(["apply", "--auto-approve"])
    #expect(conflict.status == 1 && conflict.text.contains("VC3005"))
    try it.fine(["apply", "--auto-approve", "--force-conflicts"])
    #expect(try server.root.secret("vaultctl/a")["password"] == "n3w")
  }

  @Test func aRollbackTellsHowToBringGitAlong() async throws {
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
    #expect(back.text == "Rolled back `a` to version 1; that is version 3 now.\n")
    #expect(try server.root.secret("vaultctl/a")["token"] == "value-of-a")
    let command = try #require(
      back.errorText.split(separator: "\n").compactMap { line in
        line.range(of: "git checkout ").map { line[$0.lowerBound...] }
      }.first)
    let words = command.split(separator: " ")
    #expect(words[4] == "connections/a.yaml", "\(command)")
    #expect(try it.fine(["plan"]).text.contains("(secret: rotated)"), "the manifest is newer")
    try it.sandbox.git(["checkout", String(words[2]), "--", String(words[4])])
    let plan = try it.fine(["plan"]).text
    #expect(plan.contains("re-encrypted, same value"), "\(plan)")
    try it.fine(["apply", "--auto-approve"])
    try it.expectNoChanges()
    #expect(
      try server.root.call("GET", "secret/metadata/vaultctl/a").value(
        "data", "current_version", as: Int.self) == 3, "only the record was written")

    #expect(try it.vaultctl(["rollback", "a", "--to", "9", "--auto-approve"]).status == 1)
    let json = try it.fine(["history", "a", "--format", "json"]).text
    #expect(json.contains("\"state\" : \"present\"") || json.contains("\"state\": \"present\""))
  }

  @Test func environmentsHaveFoldersOfTheirOwnAndLongRecordsASecret() async throws {
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
    let plan = try it.fine(["plan", "--env", "prod"]).text
    #expect(plan.contains("~ claim_7") && !plan.contains("~ claim_8"), "\(plan)")
    try it.fine(["apply", "--auto-approve", "--env", "prod"])
    try it.fine(["plan", "--detailed-exitcode", "--env", "prod"])
  }
}
