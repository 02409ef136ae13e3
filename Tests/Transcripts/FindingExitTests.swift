import Foundation
import TestAuthorizationServer
import TestSupport
import Testing

/// What is wrong, and which commands end how because of it.
@Suite struct FindingExitTests {
  /// The exit codes of the commands with `--fail-on WORD`; `nil` where the command refuses the word.
  struct Exits: Equatable, CustomStringConvertible {
    var validate: Int32?
    var plan: Int32?
    var diff: Int32?
    var status: Int32?

    var description: String {
      func text(_ code: Int32?) -> String { code.map { "\($0)" } ?? "-" }
      return
        "validate \(text(validate)) plan \(text(plan)) diff \(text(diff)) status \(text(status))"
    }
  }

  /// - Precondition: the project is in a repository with a commit.
  private func exits(_ sandbox: Sandbox, _ word: String) throws -> Exits {
    func exit(_ command: String) throws -> Int32? {
      let code = try sandbox.vaultctl([command, "--fail-on", word]).status
      return code == 64 ? nil : code
    }
    return Exits(
      validate: try exit("validate"), plan: try exit("plan"), diff: try exit("diff"),
      status: try exit("status"))
  }

  /// A project with one applied connection, in a repository.
  private func applied() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "t0ken"), to: "connections/a.yaml")
    for arguments in [["encrypt"], ["apply", "--auto-approve"]] {
      #expect(try sandbox.vaultctl(arguments).status == 0)
    }
    try sandbox.write(".vaultctl/\n", to: ".gitignore")
    try sandbox.git(["init", "--quiet"])
    try sandbox.git(["add", "."])
    try sandbox.git(["commit", "--quiet", "-m", "x"])
    return sandbox
  }

  private func replace(_ old: String, _ new: String, in file: String, _ sandbox: Sandbox) throws {
    let text = try sandbox.read(file)
    #expect(text.contains(old))
    try sandbox.write(text.replacing(old, with: new), to: file)
  }

  @Test func aHealthyProjectPassesEveryWord() throws {
    let sandbox = try applied()
    for word in ["empty", "recipients", "moved-secret", "app-override"] {
      let codes = try exits(sandbox, word)
      let all = [codes.validate, codes.plan, codes.diff, codes.status].compactMap { $0 }
      #expect(all.allSatisfy { $0 == 0 }, "\(word): \(codes)")
    }
  }

  @Test func anEmptyConnection() throws {
    let sandbox = try applied()
    #expect(try sandbox.vaultctl(["new", "b", "--app", "twilio", "--empty"]).status == 0)
    #expect(try exits(sandbox, "empty") == Exits(validate: 3, plan: 3, status: 3))
    // The project's policy is for `validate`, too.
    #expect(try sandbox.vaultctl(["validate"]).status == 0)
    try replace(
      "recipients:", "policy: {failOn: [empty]}\nrecipients:", in: "vaultctl.yaml", sandbox)
    let validated = try sandbox.vaultctl(["validate"])
    #expect(validated.status == 3)
    #expect(validated.errorText.contains("connection `b` is empty"))
  }

  @Test func oneMessageInTwoConnections() throws {
    let sandbox = try applied()
    let copy = try sandbox.read("connections/a.yaml").replacing("name: a", with: "name: b")
    try sandbox.write(copy, to: "connections/b.yaml")
    #expect(
      try exits(sandbox, "moved-secret") == Exits(validate: 1, plan: 1, diff: 1, status: 3))
    let planned = try sandbox.vaultctl(["plan"], home: try GPGHome().path)
    #expect(planned.status == 1)
    #expect(planned.text.contains("`token` of `b` was sealed for a different field"))
    #expect(!planned.text.contains("`token` of `a` was"))
    // Before anything is applied, which one it is sealed for takes a key to know, so both are named.
    try FileManager.default.removeItem(atPath: sandbox.folder.path + "/.vaultctl")
    let first = try sandbox.vaultctl(["plan"], home: try GPGHome().path)
    #expect(first.status == 1)
    for name in ["a", "b"] {
      #expect(first.text.contains("`token` of `\(name)` has the same message as another field"))
    }
  }

  /// An environment's values are bound to it, so a copy from another one opens in neither.
  @Test func oneMessageInTwoEnvironments() throws {
    let sandbox = try Sandbox()
    try sandbox.writeProject(
      extra: """
        environments:
          staging: {store: {type: sqlite, path: staging.db}, overlay: env/staging}
          prod: {store: {type: sqlite, path: prod.db}, overlay: env/prod}
        """)
    try sandbox.write(httpManifest("a", token: "base"), to: "connections/a.yaml")
    try sandbox.write(httpManifest("a", token: "staging"), to: "env/staging/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--env", "prod"]).status == 0)
    try sandbox.write(try sandbox.read("env/staging/a.yaml"), to: "env/prod/a.yaml")
    for environment in ["prod", "staging"] {
      let planned = try sandbox.vaultctl(["plan", "--env", environment])
      #expect(planned.status == 1)
      #expect(planned.text.contains("VC2015"))
    }
  }

  /// It was applied as the value of another field, which no longer has it.
  @Test func aMessageThatWasMoved() throws {
    let sandbox = try applied()
    let moved = try sandbox.read("connections/a.yaml").replacing("name: a", with: "name: b")
    try sandbox.write(httpManifest("a", token: "null"), to: "connections/a.yaml")
    try sandbox.write(moved, to: "connections/b.yaml")
    #expect(
      try exits(sandbox, "moved-secret") == Exits(validate: 1, plan: 1, diff: 1, status: 3))
    let planned = try sandbox.vaultctl(["plan"], home: try GPGHome().path)
    #expect(planned.status == 1)
    #expect(planned.text.contains("the same message was the value of `token` of `a`"))
    let applied = try sandbox.vaultctl(["apply", "--auto-approve"])
    #expect(applied.status == 1)
    #expect(applied.errorText.contains("the plan has errors; nothing was applied"))
  }

  /// The store's key has to be sealed for it.
  @Test func aRecipientThatHasExpired() throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "t0ken"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let bob = try sandbox.home.makeKey(
      "Bob <bob@example.com>", expires: "2d", created: "20250101T000000")
    try sandbox.writeProject(keys: [sandbox.key, bob])
    for arguments in [["validate"], ["plan"], ["apply", "--auto-approve"]] {
      let finished = try sandbox.vaultctl(arguments)
      #expect(finished.status == 1, "\(arguments)")
      let text = finished.text + finished.errorText
      #expect(
        text.contains("recipient Bob <bob@example.com> (\(bob.suffix(16))) has expired"),
        "\(arguments): \(text)")
      #expect(!text.contains("VC4010"))
    }
    // It has not to be sealed now, and a plan of nothing is one.
    try sandbox.write(httpManifest("a", token: "null"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["plan"]).status == 0)
  }

  /// A plan may be made where recipients are unknown; an apply that seals for them may not.
  @Test func aRecipientWhoseKeyIsAbsent() throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "t0ken"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let absent = String(repeating: "AB", count: 20)
    try sandbox.writeProject(keys: [sandbox.key, absent])
    let planned = try sandbox.vaultctl(["plan"])
    #expect(planned.status == 0)
    #expect(planned.text.contains("recipient `\(absent)` is not in your keyring"))
    #expect(try sandbox.vaultctl(["plan", "--fail-on", "recipients"]).status == 3)
    #expect(try sandbox.vaultctl(["validate", "--fail-on", "recipients"]).status == 3)
    let applied = try sandbox.vaultctl(["apply", "--auto-approve"])
    #expect(applied.status == 1)
    #expect((applied.text + applied.errorText).contains("gpg --import"))
  }

  @Test func aRecipientThatIsAddedLater() throws {
    let sandbox = try applied()
    let bob = try sandbox.home.makeKey(
      "Bob <bob@example.com>", expires: "2d", created: "20250101T000000")
    try sandbox.writeProject(keys: [sandbox.key, bob])
    let planned = try sandbox.vaultctl(["plan"])
    #expect(planned.status == 1)
    #expect(
      planned.text.contains("recipient Bob <bob@example.com> (\(bob.suffix(16))) has expired"))
  }

  // MARK: Tokens

  private func server(granting scope: String = "read") async throws -> HostileServer {
    try await HostileServer { _ in
      .body(#"{"access_token": "t0ken", "expires_in": 86400, "scope": "\#(scope)"}"#)
    }
  }

  @Test func aGrantThatNoManifestMentions() async throws {
    let server = try await server(granting: "read delete")
    let test = try TokenSandbox(server: server.address)
    try await test.apply(
      "robot", app: "machine", id: "machine", secret: "s3cret", scopes: "null")
    try await test.expectFine(["refresh"])
    let planned = try await test.vaultctl(["plan", "--fail-on", "scope-drift"])
    #expect(planned.status == 3)
    #expect(planned.text.contains("was granted `delete`, `read`, and declares no scopes"))
    try test.declare(
      "robot", app: "machine", id: "machine", secret: "s3cret", scopes: "[read, delete]")
    try await test.expectFine(["encrypt"])
    try await test.expectFine(["apply", "--auto-approve"])
    try await test.expectFine(["plan", "--fail-on", "scope-drift"])
  }

  @Test func tokensThatExpireAndHaveExpired() async throws {
    let server = try await server()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    try await test.expectFine(["refresh"])
    func codes(_ word: String) async throws -> [Int32] {
      [
        try await test.vaultctl(["plan", "--fail-on", word]).status,
        try await test.vaultctl(["status", "--fail-on", word]).status,
      ]
    }
    let words = ["expiring", "expired", "needs-authorization", "renewal-failed", "tokens"]
    for word in words { #expect(try await codes(word) == [0, 0], "\(word)") }
    try test.makeDue()
    for word in words {
      let isSo = ["expiring", "tokens"].contains(word)
      #expect(try await codes(word) == (isSo ? [3, 3] : [0, 0]), "\(word)")
    }
    try test.makeDue(seconds: -5)
    for word in words {
      let isSo = ["expired", "tokens"].contains(word)
      #expect(try await codes(word) == (isSo ? [3, 3] : [0, 0]), "\(word)")
    }
  }

  @Test func aConnectionThatNobodyAuthorized() async throws {
    let server = try await server()
    let test = try TokenSandbox(server: server.address)
    try await test.apply("crm", app: "crm", id: "web", secret: "s3cret")
    #expect(try await test.vaultctl(["plan", "--fail-on", "needs-authorization"]).status == 3)
    #expect(try await test.vaultctl(["plan", "--fail-on", "expired"]).status == 0)
  }

  /// The next attempt is later, and nothing is well until then.
  @Test func aRenewalThatWaitsForItsNextAttempt() async throws {
    let answers = Answers()
    let server = try await HostileServer { _ in
      await answers.isDown
        ? .body("", status: 503)
        : .body(#"{"access_token": "t0ken", "expires_in": 86400, "scope": "read"}"#)
    }
    let test = try TokenSandbox(server: server.address)
    try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
    try await test.expectFine(["refresh"])
    await answers.goDown()
    try test.makeDue(seconds: -5)
    #expect(try await test.vaultctl(["refresh"]).status == 1)
    try test.change(
      "UPDATE token SET record = json_set(record, '$.retryAt', \(Int64(4_000_000_000_000)))")
    let waiting = try await test.vaultctl(["refresh"])
    #expect(waiting.status == 1)
    #expect(!waiting.text.contains("Nothing is due"))
    #expect(waiting.errorText.contains("next attempt at"))
    for word in ["expired", "renewal-failed"] {
      #expect(try await test.vaultctl(["plan", "--fail-on", word]).status == 3)
    }
    let status = try await test.vaultctl(["status"])
    #expect(status.text.contains("expired"))
  }

  private actor Answers {
    private(set) var isDown = false
    func goDown() { isDown = true }
  }
}
