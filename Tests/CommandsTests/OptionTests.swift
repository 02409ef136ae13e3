import ArgumentParser
import Commands
import Model
import Planning
import Testing

@Suite struct OptionTests {
  @Test(arguments: [
    ["plan", "--offline", "--out", "it.plan"],
    ["plan", "--env", "all", "--out", "it.plan"],
    ["plan", "--format", "html"],
    ["apply", "--parallelism", "0"],
    ["apply", "--parallelism", "65"],
    ["plan", "--destroy", "--adopt"],
    ["log", "--limit", "0"],
    ["validate", "--format", "markdown"],
    ["import"],
    ["import", "a", "--all"],
    ["new", "a"],
    ["new", "--from-flow", "flow.json", "--app", "http"],
    ["refresh", "a", "--watch"],
    ["authorize", "a", "--path", "callback"],
    ["authorize", "a", "--path", "/a?b"],
    ["authorize", "a", "--port", "65536"],
    ["authorize", "a", "--timeout", "0"],
    ["exec", "a"],
    ["frobnicate"],
  ])
  func aWrongUsageIsRefusedWithItsExitCode(_ arguments: [String]) {
    let error = #expect(throws: (any Error).self) {
      try VaultctlCommand.parseAsRoot(arguments)
    }
    #expect(error.map { VaultctlCommand.exitCode(for: $0).rawValue } == 64)
  }

  @Test(arguments: [
    ["plan", "--out", "it.plan", "--detailed-exitcode"],
    ["plan", "--env", "all", "--offline"],
    ["apply", "it.plan", "--parallelism", "64"],
    ["import", "--all"],
    ["new", "--from-flow", "flow.json"],
    ["refresh", "--watch"],
    ["authorize", "a", "--path", "/callback", "--port", "0"],
  ])
  func aRightUsageIsTaken(_ arguments: [String]) throws {
    _ = try VaultctlCommand.parseAsRoot(arguments)
  }

  @Test func targetsAreConnectionNames() throws {
    let options = try PlanOptions.parse(["--target", "a", "--target", "b", "--prune"]).planning()
    #expect(options.selection == ConnectionSelection(included: ["a", "b"]))
    #expect(options.prunes && !options.adopts)
    #expect(try PlanOptions.parse([]).planning().selection.isAll, "no target is every connection")
    let more = try PlanOptions.parse(["--target", "a", "--exclude", "b*"]).planning(names: ["c"])
    #expect(more.selection == ConnectionSelection(included: ["a", "c"], excluded: ["b*"]))
    let wrong = try PlanOptions.parse(["--target", ""])
    #expect(throws: (any Error).self) { try wrong.planning() }
  }

  @Test(arguments: [
    (["-C", "p", "plan"], ["plan", "-C", "p"]), (["plan", "-C", "p"], ["plan", "-C", "p"]),
    (
      ["--env=x", "-vq", "ledger", "--batch", "log", "-v"],
      ["ledger", "log", "--env=x", "-vq", "--batch", "-v"]
    ),
    (["exec", "a", "--", "-C", "p"], ["exec", "a", "--", "-C", "p"]),
    (["-C", "p", "exec", "a", "--", "x"], ["exec", "-C", "p", "a", "--", "x"]),
    (["list", "a"], ["list", "a"]), (["--version"], ["--version"]), (["-h", "x"], ["-h", "x"]),
    (["-C"], ["-C"]), ([], []), (["---completion", "x"], ["---completion", "x"]),
  ])
  func optionsOfEveryCommandFollowTheCommand(_ words: [String], _ ordered: [String]) throws {
    #expect(try ArgumentOrder(words).arguments == ordered)
  }

  @Test(arguments: [
    ("twilio-prod", "TWILIO_PROD"), ("a.b c", "A_B_C"), ("1st", "_1ST"), ("", "_"),
    ("é", "_"),
  ])
  func aVariablesNameIsUpperCaseASCII(_ text: String, _ name: String) {
    #expect(VariableName.of(text) == name)
  }
}
