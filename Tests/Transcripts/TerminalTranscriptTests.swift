import Foundation
import TestSupport
import Testing

/// Commands as a person types them, and the screen of 80 columns that follows.
@Suite struct TerminalTranscriptTests {
  private let sandbox: Sandbox
  private let bob: String

  init() throws {
    sandbox = try Sandbox()
    bob = try sandbox.home.makeKey("Bob Example <bob@example.com>")
    try sandbox.write(".vaultctl/\n", to: ".gitignore")
    try sandbox.write(
      httpManifest("billing-api", token: "t0ken"), to: "connections/billing-api.yaml")
    try sandbox.write(
      "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: on-call-alerts}\nspec: {app: slack}\n",
      to: "connections/on-call-alerts.yaml")
    try sandbox.git(["init", "--quiet", "--initial-branch=main"])
    // The log's author, whatever this machine is called.
    try sandbox.git(["config", "user.name", "Ann"])
    try sandbox.git(["config", "user.email", "ann@example.com"])
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    try sandbox.git(["add", "--all"])
    #expect(try sandbox.git(["commit", "--quiet", "-m", "before"]).status == 0)
  }

  /// A command on a line of its own is left to the terminal, which does not break what is copied of it.
  private func isCommand(_ line: String) -> Bool {
    let text = line.trimmingCharacters(in: .whitespaces)
    return ["vaultctl ", "gpg ", "git "].contains(where: text.hasPrefix)
  }

  @Test func whatIsThere() async throws {
    // The log has them in the order in which they were written.
    for more in [["--target", "billing-api"], []] {
      let applied = try sandbox.vaultctl(["apply", "--auto-approve"] + more, isRecorded: false)
      #expect(applied.status == 0)
    }
    try await sandbox.terminal(["list"])
    try await sandbox.terminal(["get", "billing-api", "-o", "yaml"])
    try await sandbox.terminal(["get", "on-call-alerts", "-o", "json"])
    try await sandbox.terminal(["log"])
    try await sandbox.terminal(["apps"])
    try await sandbox.terminal(["apps", "slack"])
    try await sandbox.terminal(["doctor"], mayExceed: { $0.contains(sandbox.folder.path) })
    try await sandbox.terminal(["version"])
    try await sandbox.terminal(["unlock"])
    try await sandbox.terminal(["trust"])
    let git = try sandbox.git(["--version"]).text.trimmingCharacters(in: .whitespacesAndNewlines)
    try sandbox.expectTranscript(known: [(git, "<git>")])
  }

  @Test func whatIsApplied() async throws {
    try await sandbox.terminal(["validate"])
    try await sandbox.terminal(["plan"])
    try await sandbox.terminal(["apply", "--dry-run"], status: 64)
    try await sandbox.terminal(
      ["apply", "billing-api"], answers: [Sandbox.Answer(to: "Type `yes`", "yes")])
    try await sandbox.terminal(
      ["apply"], answers: [Sandbox.Answer(to: "Type `yes`", "no")], status: 1)
    try await sandbox.terminal(["plan", "--destroy"])
    try await sandbox.terminal(
      ["set", "billing-api", "token"],
      answers: [
        Sandbox.Answer(to: "input is hidden", "0ther")
      ])
    try await sandbox.terminal(["diff"])
    try sandbox.expectTranscript()
  }

  @Test func whatIsEdited() async throws {
    try sandbox.write(
      "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: chat}\nspec:\n    app: slack\n",
      to: "connections/chat.yaml")
    try await sandbox.terminal(["fmt", "--check"], status: 1)
    try await sandbox.terminal(["fmt", "--dry-run"])
    try await sandbox.terminal(["fmt"])
    try await sandbox.terminal(["rename", "on-call-alerts", "alerts", "--dry-run"])
    try await sandbox.terminal(["delete", "on-call-alerts", "--dry-run"])
    try await sandbox.terminal(["delete", "on-call-alerts"])
    try sandbox.expectTranscript()
  }

  /// People and not ids, each one whole.
  @Test func whoseKeysTheyAre() async throws {
    try await sandbox.terminal(["recipients", "list"])
    try await sandbox.terminal(["recipients", "add", bob, "--dry-run"])
    try await sandbox.terminal(["recipients", "add", bob])
    try await sandbox.terminal(["recipients", "list"])
    try await sandbox.terminal(["who-can-open", "billing-api"])
    try await sandbox.terminal(["recipients", "remove", String(sandbox.key.suffix(16))])
    try await sandbox.terminal(["rekey"], mayExceed: isCommand)
    try await sandbox.terminal(["recipients", "remove", bob], status: 1)
    try await sandbox.terminal(["recipients", "add", "bob@example.com"], status: 1)
    let reviewer = try GPGHome()
    for key in [sandbox.key, bob] {
      try sandbox.write(sandbox.home.gpg(["--armor", "--export", key]).text, to: "key.asc")
      _ = try reviewer.gpg(["--import", sandbox.folder.path + "/key.asc"])
    }
    sandbox.transcript.note("Who has the public keys alone.")
    let environment = ["NO_COLOR": "1", "GNUPGHOME": reviewer.path]
    try await sandbox.terminal(
      ["decrypt", "billing-api", "token"], environment: environment, status: 1)
    try await sandbox.terminal(["validate"], environment: environment)
    sandbox.transcript.note("Who has no key.")
    let empty = try GPGHome()
    _ = try empty.makeKey("Carol <carol@example.com>")
    let none = ["NO_COLOR": "1", "GNUPGHOME": empty.path]
    try await sandbox.terminal(["who-can-open", "billing-api"], environment: none)
    try await sandbox.terminal(["recipients", "list"], environment: none)
    try await sandbox.terminal(["decrypt", "billing-api", "token"], environment: none, status: 1)
    try sandbox.expectTranscript()
  }

  @Test func whatIsMistyped() async throws {
    for arguments in [
      ["lis"], ["frobnicate"], ["plan", "--detailed-exitcod"], ["plan", "--dry"],
      ["trust", "--list"], ["completion"], ["completion", "tcsh"], ["new", "x"],
    ] {
      try await sandbox.terminal(arguments, status: 64)
    }
    for arguments in [
      ["get", "biling-api"], ["apply", "biling-api"], ["delete", "nothing-like-it"],
      ["new", "x", "--app", "slakc"], ["decrypt", "billing-api", "tokn"], ["plan", "--env", "prd"],
    ] {
      try await sandbox.terminal(arguments, status: 1)
    }
    try sandbox.expectTranscript()
  }

  /// What is proposed works with the variable that the user has.
  @Test func aVariableNamesTheEnvironment() async throws {
    try sandbox.writeProject(extra: "environments: {prod: {}}")
    let environment = ["NO_COLOR": "1", "VAULTCTL_ENV": "prod"]
    let lines = try await sandbox.terminal(
      ["delete", "billing-api", "--dry-run"], environment: environment, status: 1)
    #expect(lines.contains { $0.hasSuffix("VAULTCTL_ENV= vaultctl delete billing-api") })
    try await sandbox.terminal(
      ["delete", "billing-api", "--dry-run"], environment: ["VAULTCTL_ENV": ""])
    try await sandbox.terminal(
      ["recipients", "add", bob], environment: environment, status: 1)
    try sandbox.expectTranscript()
  }

  @Test(arguments: [
    ([:], ["plan"], true), (["TERM": "dumb"], ["plan"], false),
    (["NO_COLOR": "1"], ["plan"], false),
    (["NO_COLOR": ""], ["plan"], true), (["CLICOLOR": "0"], ["plan"], false),
    (["CLICOLOR_FORCE": "1", "TERM": "dumb"], ["plan"], true),
    (["VAULTCTL_COLOR": "never"], ["plan"], false),
    (["VAULTCTL_COLOR": "never"], ["--color", "always", "plan"], true),
    (["NO_COLOR": "1"], ["plan", "--color", "always"], true),
    ([:], ["--color", "never", "plan"], false), ([:], ["plan", "-o", "json"], false),
    ([:], ["plan", "-o", "markdown"], false), ([:], ["get", "billing-api"], false),
  ])
  func coloursAreForWhoWantsThem(
    _ environment: [String: String], _ arguments: [String], _ isColoured: Bool
  ) async throws {
    let session = try TerminalSession(
      sandbox, arguments,
      environment: ["TERM": "xterm-256color"].merging(environment) { $1 }, columns: 80)
    try await session.waitForEnd()
    #expect(
      session.status == 0 && session.screen.contains("\u{1B}[") == isColoured, "\(session.screen)")
  }

  /// Orange is for what is empty, and each colour ends where it should.
  @Test func theColoursOfAScreen() async throws {
    try await sandbox.terminal(["plan"], environment: [:])
    try await sandbox.terminal(["status"], environment: [:])
    try await sandbox.terminal(["get", "biling-api"], environment: [:], status: 1)
    try sandbox.expectTranscript()
  }
}
