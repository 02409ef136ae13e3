import Foundation
import TestAuthorizationServer
import TestOpenBao
import TestServer
import TestSupport
import TestTenant
import Testing

/// A store is copied to another one, which then is in its place.
@Suite struct StoreCopyTests {
  @Test func aStoreMovesToAServerAndBack() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try await StoreCopyFixture(server.root)
    let files = try Sandbox.contents(of: it.sandbox.folder.path + "/connections")
    let copied = try await it.fine(["store", "copy", "--to", StoreCopyFixture.bao])
    #expect(copied.text.contains("Copied 6 connections, and 1 older version from sqlite:"))
    #expect(copied.text.contains("Verified: 6 connections, 1 token pair, all equal"))
    // The original is what it was, and what is copied is not copied again.
    try await it.expectWhole()
    let again = try await it.fine(["store", "copy", "--to", StoreCopyFixture.bao])
    #expect(again.text.contains("Copied 0 connections from"))

    try it.choose(StoreCopyFixture.bao)
    try await it.expectWhole()
    #expect(
      try server.root.secret("flows/basic")
        == ["type": "basic_auth", "username": "ann", "password": "p-2"])
    #expect(try await it.history("basic").count == 2)
    // Tokens renew there; then the copy is in use, and only removing the original is left.
    try await it.fine(["refresh", "robot"])
    #expect(it.service.calls.count == 2)
    let late = try await it.vaultctl(["store", "copy", "--from", StoreCopyFixture.first])
    #expect(late.status == 1 && late.errorText.contains("after they were copied"))
    let removal = ["store", "copy", "--from", StoreCopyFixture.first, "--finish", "--auto-approve"]
    #expect(try await it.fine(removal).text.contains("Removed 6 connections from sqlite:"))
    #expect(try await it.fine(removal).text.contains("Nothing is left in sqlite:"))
    try await it.expectWhole(token: "at-2")

    try await it.fine(["store", "copy", "--to", StoreCopyFixture.second])
    try await it.fine(
      ["store", "copy", "--to", StoreCopyFixture.second, "--finish", "--auto-approve"])
    #expect(try server.root.call("GET", "secret/metadata/flows/basic").status == 404)
    try it.choose(StoreCopyFixture.second)
    try await it.expectWhole(token: "at-2")
    #expect(try await it.history("basic").count == 2)
    try await it.fine(["refresh", "robot"])
    #expect(it.service.calls.count == 3)
    try await it.expectWhole(token: "at-3")
    #expect(try Sandbox.contents(of: it.sandbox.folder.path + "/connections") == files)
  }

  @Test func aCopyFollowsItsOriginal() async throws {
    let it = try await StoreCopyFixture(nil)
    let copy = ["store", "copy", "--to", StoreCopyFixture.second]
    try await it.fine(copy, isRecorded: true)
    // The original goes on: a new value, new tokens, one more connection.
    try await it.fine(["set", "c-0", "token"], input: "s3cret-new")
    try it.sandbox.write(httpManifest("c-3", token: "s3cret-3"), to: "connections/c-3.yaml")
    try await it.fine(["encrypt"])
    try await it.fine(["apply", "--auto-approve"])
    try await it.fine(["refresh", "robot"])
    let early = try await it.vaultctl(copy + ["--finish", "--auto-approve"], isRecorded: true)
    #expect(early.status == 1)
    try await it.fine(copy, isRecorded: true)
    try it.choose(StoreCopyFixture.second)
    try await it.fine(["set", "c-0", "token"], input: "s3cret-0")
    try await it.fine(["apply", "--auto-approve"])
    try await it.expectWhole(4, token: "at-2")
    #expect(try await it.history("c-0").count == 3)
    try it.sandbox.expectTranscript()
  }

  /// The service may have revoked those of the copy when it gave the newer ones.
  @Test(arguments: [false, true])
  func anOriginalWithNewerTokensIsNotRemoved(isCopyInUse: Bool) async throws {
    let it = try await StoreCopyFixture(nil)
    try await it.fine(["store", "copy", "--to", StoreCopyFixture.second])
    try await it.fine(["refresh", "robot"])
    try it.choose(StoreCopyFixture.second)
    let manifest = try it.sandbox.read("connections/robot.yaml")
    if isCopyInUse {
      try it.sandbox.write(
        manifest.replacing("team: robot", with: "team: it"), to: "connections/robot.yaml")
      try await it.fine(["apply", "--auto-approve"])
    }
    let refused = try await it.vaultctl(Self.finish)
    #expect(refused.status == 1 && refused.errorText.contains("VC4027"), "\(refused.errorText)")
    #expect(
      refused.errorText.contains(
        isCopyInUse ? "the tokens of `robot` were renewed" : "the original's tokens are newer"),
      "\(refused.errorText)")
    #expect(refused.errorText.matches(of: /VC4027/).count == 1, "\(refused.errorText)")
    try it.choose(StoreCopyFixture.first)
    try it.sandbox.write(manifest, to: "connections/robot.yaml")
    try await it.expectWhole(token: "at-2")
    // With new tokens in the copy, nothing is lost with the original.
    try it.choose(StoreCopyFixture.second)
    try await it.fine(["apply", "--auto-approve"])
    try await it.fine(["refresh", "robot"])
    try await it.fine(Self.finish)
    try await it.expectWhole(token: "at-3")
  }

  /// With `second` as the project's store.
  private static let finish = [
    "store", "copy", "--from", StoreCopyFixture.first, "--finish", "--auto-approve",
  ]

  /// Another tool rotates an ignored field: the plan has nothing to do, and so nothing is in the way.
  @Test func ignoredFieldsThatAnotherToolWritesAreCopied() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try OpenBaoSandbox(server.root, store: StoreCopyFixture.bao)
    try it.declare(["a", "b"])
    let manifest = try it.sandbox.read("connections/a.yaml")
    try it.sandbox.write(
      manifest.replacing("  app: http\n", with: "  app: http\n  ignore: [token]\n"),
      to: "connections/a.yaml")
    try it.fine(["apply", "--auto-approve"])
    func rotate(_ value: String) throws {
      try server.root.order(
        "POST", "secret/data/flows/a", ["data": ["type": "bearer", "token": value]])
    }
    try rotate("rotated-1")
    try it.expectNoChanges()
    let copy = ["store", "copy", "--to", StoreCopyFixture.second]
    try it.fine(copy)
    try rotate("rotated-2")
    try it.fine(copy)
    try it.sandbox.writeProject(extra: "store: \(StoreCopyFixture.second)\n")
    try it.expectNoChanges()
    let handed = try it.vaultctl(
      ["exec", "a", "--prefix", "X", "--", "/bin/sh", "-c", "printf %s \"$X_TOKEN\""])
    #expect(handed.text == "rotated-2", "\(handed.errorText)")
    try it.fine(["store", "verify"])
    try it.fine(["store", "copy", "--from", StoreCopyFixture.bao, "--finish", "--auto-approve"])
  }

  /// It was deleted in the copy, and created there again: it is no copy.
  @Test func anOriginalWhoseCopyIsAnotherConnectionIsNotRemoved() async throws {
    let it = try await StoreCopyFixture(nil)
    try await it.fine(["store", "copy", "--to", StoreCopyFixture.second])
    try it.choose(StoreCopyFixture.second)
    let file = it.sandbox.folder.path + "/connections/c-0.yaml"
    let manifest = try it.sandbox.read("connections/c-0.yaml")
    try FileManager.default.removeItem(atPath: file)
    try await it.fine(["apply", "--auto-approve", "--prune"])
    try it.sandbox.write(manifest, to: "connections/c-0.yaml")
    try await it.fine(["apply", "--auto-approve"])
    let refused = try await it.vaultctl(Self.finish)
    #expect(
      refused.status == 1 && refused.errorText.contains("the copy of `c-0` is not the original"),
      "\(refused.text)\(refused.errorText)")
    #expect(refused.errorText.matches(of: /VC4027/).count == 1, "\(refused.errorText)")
    try it.choose(StoreCopyFixture.first)
    try await it.expectWhole()
  }

  @Test func whatIsInTheWayIsReportedAtOnceAndNothingIsWritten() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try await StoreCopyFixture(server.root)
    try server.root.order(
      "POST", "secret/data/flows/c-0", ["data": ["type": "bearer", "token": "theirs"]])
    try server.root.order("POST", "secret/data/flows/other", ["data": ["a": "b"]])
    let before = try server.root.call("GET", "secret/metadata/flows?list=true").status
    let refused = try await it.vaultctl(
      ["store", "copy", "--to", StoreCopyFixture.bao], isRecorded: true)
    #expect(refused.status == 1)
    #expect(refused.errorText.contains("has another connection `c-0`"))
    #expect(refused.errorText.contains("has `other`, which is not in the store that is copied"))
    #expect(try server.root.call("GET", "secret/metadata/flows/c-1").status == 404)
    #expect(try server.root.call("GET", "secret/metadata/flows?list=true").status == before)
    for (store, words) in [
      (StoreCopyFixture.first, "source and target are the same store"),
      ("{type: sqlite, path: ./.vaultctl/../.vaultctl/vault.db}", "VC1203"),
      ("{type: sqlit}", "did you mean"), ("sqlite", "VC"), ("", "names no store"),
      (
        "{type: auth0, domain: test.eu.auth0.com}",
        "the secrets of a tenant can be neither read nor copied"
      ),
    ] {
      let wrong = try await it.vaultctl(["store", "copy", "--to", store], isRecorded: true)
      #expect(wrong.status == 1, "\(store): \(wrong.text)")
      #expect(wrong.errorText.contains(words), "\(store): \(wrong.errorText)")
    }
    #expect(
      try await it.vaultctl(["store", "copy", "--to-env", "none"]).errorText.contains("`none`"))
    #expect(try await it.vaultctl(["store", "copy"]).status == 64)
    try it.sandbox.expectTranscript(known: [(it.service.address, "<service>")])
  }

  /// A server's token goes to no other server because one names both as stores.
  @Test func oneServersLoginIsNotSentToAnother() async throws {
    let server = try await BaoServer()
    let other = try await BaoServer()
    defer {
      server.end()
      other.end()
    }
    let it = try await StoreCopyFixture(server.root)
    try await it.fine(["store", "copy", "--to", StoreCopyFixture.bao])
    try it.choose(StoreCopyFixture.bao)
    let calls = try other.auditedCalls().count
    let there = "{type: openbao, address: \"\(other.root.address)\"}"
    let refused = try await it.vaultctl(["store", "copy", "--to", there])
    #expect(refused.status == 1 && refused.errorText.contains("both servers would get the same"))
    #expect(try other.auditedCalls().count == calls)
    try it.sandbox.write("#!/bin/sh\necho BAO_TOKEN=\(other.root.token)\n", to: "login.sh")
    let login =
      "{type: openbao, address: \"\(other.root.address)\", credentialsCommand: [sh, login.sh]}"
    try await it.fine(["store", "copy", "--to", login])
    #expect(try other.root.secret("vaultctl/c-1")["token"] == "s3cret-1")
    try it.choose(login)
    try await it.expectWhole()
  }

  /// Nor is what a job or the environment has for the one.
  @Test func whatLogsInToOneServerIsNotSentToAnother() async throws {
    let (one, other) = (try UninvitedListener(), try UninvitedListener())
    let it = try await StoreCopyFixture(nil)
    try it.sandbox.write("header.payload.signature", to: "job.jwt")
    for name in ["login", "other"] {
      try it.sandbox.write("#!/bin/sh\necho OTHER=1\n", to: "\(name).sh")
    }
    try it.sandbox.write("#!/bin/sh\necho BAO_TOKEN=s3cr3t\n", to: "token.sh")
    func store(_ server: UninvitedListener, _ more: String) -> String {
      "{type: openbao, address: \"\(server.address)\", \(more)}"
    }
    let command = "credentialsCommand: [sh, login.sh]"
    let jwt = "login: {method: jwt, role: x, jwtFrom: \"file:job.jwt\"}"
    try it.choose(store(one, jwt))
    for more in [jwt, "\(jwt), \(command)"] {
      let refused = try await it.vaultctl(["store", "copy", "--to", store(other, more)])
      #expect(
        refused.status == 1 && refused.errorText.contains("both servers would get the same"),
        "\(more): \(refused.errorText)")
    }
    // What one command prints for both is one login as well.
    let token = "credentialsCommand: [sh, token.sh]"
    try it.choose(store(one, token))
    let same = try await it.vaultctl(["store", "copy", "--to", store(other, token)])
    #expect(
      same.status == 1 && same.errorText.contains("both servers would get the same"),
      "\(same.errorText)")
    // The command of each prints no token, and the environment's is not used instead.
    try it.choose(store(one, command))
    let environment = ["BAO_TOKEN": "s3cr3t-bao", "VAULT_TOKEN": "s3cr3t-vault"]
    try it.sandbox.write("s3cr3t-file", to: ".vault-token")
    let silent = try await it.vaultctl(
      ["store", "copy", "--to", store(other, "credentialsCommand: [sh, other.sh]")],
      environment: environment)
    #expect(
      silent.status == 1 && silent.errorText.contains("did not print a token"),
      "\(silent.errorText)")
    #expect(one.heard.isEmpty && other.heard.isEmpty, "\(one.heard) \(other.heard)")
  }

  /// What a base had becomes an environment's.
  @Test func anEnvironmentTakesOverWhatTheBaseHad() async throws {
    let sandbox = try Sandbox()
    for name in ["a", "b"] {
      try sandbox.write(httpManifest(name, token: "s3cret-\(name)"), to: "connections/\(name).yaml")
    }
    func fine(_ arguments: [String]) throws {
      let finished = try sandbox.vaultctl(arguments)
      #expect(finished.status == 0, "\(arguments): \(finished.text)\(finished.errorText)")
    }
    try fine(["encrypt"])
    try fine(["apply", "--auto-approve"])
    try sandbox.writeProject(
      extra: "store: {type: sqlite, path: .vaultctl/vault.db}\nenvironments: {prod: {}}")
    try fine(["store", "copy", "--to-env", "prod"])
    try fine(["plan", "--env", "prod", "--detailed-exitcode"])
    try fine(["store", "copy", "--to-env", "prod", "--finish", "--auto-approve"])
    try fine(["plan", "--env", "prod", "--detailed-exitcode"])
    try fine(["store", "verify", "--env", "prod"])
    try sandbox.expectTranscript()
  }

  @Test func aLedgerMovesBetweenGitAndAFile() async throws {
    let tenant = try await TestTenant()
    defer { tenant.end() }
    let it = try TenantSandbox(tenant)
    try await it.declare(["a", "b"])
    try await it.expectFine(["apply", "--auto-approve"])
    func store(_ ledger: String) -> String {
      "{type: auth0, domain: test.eu.auth0.com, baseURL: \"\(tenant.address)\", ledger: \(ledger)}"
    }
    let file = "{type: sqlite, path: .vaultctl/ledger.db}"
    for (from, to) in [("git", file), (file, "git")] {
      try it.sandbox.writeProject(extra: "store: \(store(from))")
      let copy = ["store", "copy", "--to", store(to)]
      let copied = try await it.expectFine(copy)
      #expect(copied.text.contains("Copied 2 records from the ledger in"))
      #expect(try await it.expectFine(copy).text.contains("already has 2 records"))
      try it.sandbox.writeProject(extra: "store: \(store(to))")
      try await it.expectNoChanges()
      let back = ["store", "copy", "--from", store(from), "--finish", "--auto-approve"]
      #expect(try await it.expectFine(back).text.contains("Removed 2 records"))
      try await it.expectNoChanges()
      try await it.expectFine(["ledger", "verify"])
    }
    try await it.expectFine(["set", "a", "token"], input: "n3w")
    try await it.expectFine(["apply", "--auto-approve"])
    try await it.expectNoChanges()
  }

  /// The first ledger goes on until the other one is in use.
  @Test(arguments: [true, false])
  func aCopyOfALedgerFollowsIt(isFirstGit: Bool) async throws {
    let tenant = try await TestTenant()
    defer { tenant.end() }
    let it = try TenantSandbox(tenant)
    func store(_ ledger: String) -> String {
      "{type: auth0, domain: test.eu.auth0.com, baseURL: \"\(tenant.address)\", ledger: \(ledger)}"
    }
    func choose(_ ledger: String) throws {
      try it.sandbox.writeProject(extra: "store: \(store(ledger))")
    }
    let ledgers = ["git", "{type: sqlite, path: .vaultctl/ledger.db}"]
    let (first, second) = isFirstGit ? (ledgers[0], ledgers[1]) : (ledgers[1], ledgers[0])
    try choose(first)
    try it.sandbox.write(
      httpManifest("b", token: "t-b", scopes: "[read]"), to: "connections/b.yaml")
    try await it.declare(["a"])
    try await it.expectFine(["apply", "--auto-approve"])
    let copy = ["store", "copy", "--to", store(second)]
    let finish = copy + ["--finish", "--auto-approve"]
    try await it.expectFine(copy)
    for change in [["set", "a", "token"], ["scopes", "record", "b", "read"]] {
      try await it.expectFine(change, input: "n3w")
      if change[0] == "set" { try await it.expectFine(["apply", "--auto-approve"]) }
      let early = try await it.vaultctl(finish)
      #expect(
        early.status == 1 && early.errorText.contains("no current record of"),
        "\(change): \(early.errorText)")
      #expect(try await it.expectFine(copy).text.contains("Copied 2 records"))
    }
    try choose(second)
    try await it.expectNoChanges()
    try await it.expectFine(["set", "a", "token"], input: "n3wer")
    try await it.expectFine(["apply", "--auto-approve"])
    let late = try await it.vaultctl(["store", "copy", "--from", store(first)])
    #expect(late.status == 1 && late.errorText.contains("changed after it was copied"))
    let end = ["store", "copy", "--from", store(first), "--finish", "--auto-approve"]
    #expect(try await it.expectFine(end).text.contains("Removed 2 records"))
    try await it.expectNoChanges()
    try await it.expectFine(["ledger", "verify"])
  }
}
