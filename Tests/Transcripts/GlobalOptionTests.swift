import Foundation
import TestSupport
import Testing

/// Options of every command: before and after it, and by environment variables.
@Suite struct GlobalOptionTests {
  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: "environments: {prod: {}, test: {}}")
    try sandbox.write(httpManifest("a", token: "null"), to: "connections/a.yaml")
    try sandbox.moveProject(to: "p")
    return sandbox
  }

  @Test(arguments: [
    ["-C", "p", "graph"], ["--project", "p", "graph"], ["--project=p", "graph"],
    ["-q", "-C", "p", "--color", "never", "graph"], ["-C", "p", "-vv", "graph", "-o", "text"],
    ["--batch", "graph", "-C", "p"], ["-qv", "-C", "p", "graph"],
    ["-C", "nope", "graph", "-C", "p"],
  ])
  func optionsMayComeFirst(arguments: [String]) throws {
    let finished = try sandbox().vaultctl(arguments)
    #expect(finished.status == 0, "\(finished.errorText)")
  }

  @Test func optionsMayComeBetweenTheWordsOfACommand() throws {
    let sandbox = try sandbox()
    for arguments in [
      ["-C", "p", "recipients", "list"], ["recipients", "-C", "p", "list"],
      ["-C", "p", "recipients", "-v", "list", "-o", "json"],
    ] {
      let finished = try sandbox.vaultctl(arguments)
      #expect(finished.status == 0, "\(arguments): \(finished.errorText)")
    }
    let group = try sandbox.vaultctl(["recipients"])
    #expect(group.status == 0 && group.text.contains("SUBCOMMANDS"))
    // What is not an option of every command belongs after its command.
    #expect(try sandbox.vaultctl(["--prune", "-C", "p", "plan"]).status == 64)
    #expect(try sandbox.vaultctl(["--project"]).status == 64)
  }

  @Test func variablesNameProjectAndEnvironment() throws {
    let sandbox = try sandbox()
    let project = ["VAULTCTL_PROJECT": "p"]
    #expect(try sandbox.vaultctl(["graph"], environment: project).status == 0)
    #expect(try sandbox.vaultctl(["graph"], environment: ["VAULTCTL_PROJECT": ""]).status == 1)
    // An option wins.
    #expect(
      try sandbox.vaultctl(["graph", "-C", "p"], environment: ["VAULTCTL_PROJECT": "x"]).status == 0
    )
    func plan(_ variables: [String: String], _ more: [String] = []) throws -> String {
      try sandbox.vaultctl(
        ["plan", "-C", "p"] + more, environment: variables
      ).text
    }
    #expect(try plan(["VAULTCTL_ENV": "prod"]).contains("prod"))
    #expect(try plan(["VAULTCTL_ENV": "prod"], ["--env", "test"]).contains("test.db"))
    #expect(try plan(["VAULTCTL_ENV": "all"]).contains("test"))
    let unknown = try sandbox.vaultctl(
      ["plan", "-C", "p"], environment: ["VAULTCTL_ENV": "prd"])
    #expect(unknown.status == 1 && unknown.errorText.contains("did you mean `prod`?"))
  }

  @Test(arguments: [
    ([:], [], false), (["VAULTCTL_COLOR": "always"], [], true),
    (["VAULTCTL_COLOR": "always"], ["--color", "never"], false),
    (["CLICOLOR_FORCE": "1"], [], true), (["CLICOLOR_FORCE": "0"], [], false),
    (["CLICOLOR_FORCE": "1", "NO_COLOR": "1"], [], false),
    (["CLICOLOR_FORCE": "1", "NO_COLOR": ""], [], true),
    (["NO_COLOR": "1", "VAULTCTL_COLOR": "always"], [], true),
    (["VAULTCTL_COLOR": "auto"], [], false),
  ])
  func variablesDecideOnColours(
    _ variables: [String: String], _ options: [String], _ isColoured: Bool
  ) throws {
    let finished = try sandbox().vaultctl(
      ["validate", "-C", "nope"] + options, environment: variables)
    let apps = try sandbox().vaultctl(["apps"] + options, environment: variables)
    #expect(apps.text.contains("\u{1B}[") == isColoured)
    #expect(finished.errorText.contains("\u{1B}[") == isColoured, "\(finished.errorText)")
  }

  @Test(arguments: [("xterm-256color", true), ("dumb", false)])
  func aTerminalHasColoursUnlessItIsDumb(_ terminal: String, _ isColoured: Bool) async throws {
    let sandbox = try sandbox()
    let session = try TerminalSession(sandbox, ["apps"], environment: ["TERM": terminal])
    try await session.waitForEnd()
    #expect(session.screen.contains("\u{1B}[1m") == isColoured)
  }

  @Test func aColourThatIsNoneIsWrongUsage() throws {
    let finished = try sandbox().vaultctl(
      ["apps"], environment: ["VAULTCTL_COLOR": "purple"])
    #expect(finished.status == 64 && finished.errorText.contains("VAULTCTL_COLOR must be"))
  }

  @Test func quietLeavesOutNotesAndKeepsTheRest() throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "null"), to: "connections/a.yaml")
    let loud = try sandbox.vaultctl(["delete", "a", "--force"])
    #expect(loud.errorText.contains("vaultctl plan --prune"))
    try sandbox.write(httpManifest("a", token: "null"), to: "connections/a.yaml")
    let quiet = try sandbox.vaultctl(["delete", "a", "--force", "--quiet"])
    #expect(quiet.errors.isEmpty && quiet.text == loud.text)
    #expect(!(try sandbox.vaultctl(["get", "nope", "-q"]).errorText.isEmpty))
  }

  @Test(arguments: [
    (["plna"], "there is no command `plna`; did you mean `plan`?"),
    (["-C", "p", "aplly"], "there is no command `aplly`; did you mean `apply`?"),
    (["recipients", "ad"], "there is no command `ad`; did you mean `add`?"),
    (["recipients", "zzzzzz"], "there is no such command; list them: vaultctl help recipients"),
    (["S3CR3T.hunter2"], "there is no such command; list them: vaultctl help"),
    (["help", "lst"], "there is no command `lst`; did you mean `list`?"),
    (["plan", "--taget", "a"], "Unknown option '--taget'. Did you mean '--target'?"),
  ])
  func aTypoIsAnsweredWithWhatWasMeant(_ arguments: [String], _ text: String) throws {
    let finished = try sandbox().vaultctl(arguments)
    #expect(finished.status == 64 && finished.text.isEmpty)
    #expect(finished.errorText.hasPrefix("Error: \(text)"), "\(finished.errorText)")
  }
}
