import Foundation
import TestSupport
import Testing

/// What a CI service is given by the program itself.
@Suite struct ServiceFormatTests {
  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    #expect(try sandbox.vaultctl(["new", "slack-prod", "--app", "slack", "--empty"]).status == 0)
    return sandbox
  }

  private func results(_ finished: Finished) throws -> [[String: Any]] {
    let log = try JSONSerialization.jsonObject(with: finished.output) as? [String: Any]
    let runs = try #require(log?["runs"] as? [[String: Any]])
    return try #require(runs.first?["results"] as? [[String: Any]])
  }

  @Test func planAndValidateShareTheirFindings() throws {
    let sandbox = try sandbox()
    let plan = try results(sandbox.vaultctl(["plan", "--format", "sarif"]))
    #expect(plan.compactMap { $0["ruleId"] as? String } == ["VC3001"])
    try sandbox.write("kind: Connection\n", to: "connections/broken.yaml")
    let planned = try sandbox.vaultctl(["plan", "--format", "sarif"])
    let validated = try sandbox.vaultctl(["validate", "--format", "sarif"])
    #expect(planned.status == 1 && validated.status == 1)
    func codes(_ finished: Finished) throws -> [String] {
      try results(finished).compactMap { $0["ruleId"] as? String }
    }
    // `validate` says all that it knows; a plan of what has errors is none.
    #expect(try codes(planned).contains("VC1103") && !codes(planned).contains("VC3001"))
    #expect(try codes(planned) == codes(validated).filter { $0 != "VC3001" })
    #expect(try sandbox.vaultctl(["validate", "--format", "markdown"]).status == 64)
    try sandbox.write(try sandbox.read("vaultctl.yaml") + "unheard: of\n", to: "vaultctl.yaml")
    for command in ["plan", "validate"] {
      let refused = try sandbox.vaultctl([command, "--format", "sarif"])
      #expect(refused.status == 1)
      #expect(try results(refused).compactMap { $0["ruleId"] as? String } == ["VC1104"])
    }
  }

  @Test func onGitHubLinesAreAnnotatedAndTheStepHasASummary() throws {
    let sandbox = try sandbox()
    let summary = sandbox.folder.path + "/summary.md"
    try sandbox.write("before\n", to: "summary.md")
    let environment = ["GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": summary]
    let plan = try sandbox.vaultctl(["plan", "--format", "junit"], environment: environment)
    #expect(plan.status == 0)
    try sandbox.recordFile("summary.md")
    try sandbox.expectTranscript()
  }

  @Test func pathsAreThoseOfTheRepository() throws {
    let sandbox = try sandbox()
    let folder = sandbox.folder.path
    try sandbox.moveProject(to: "ops/vault")
    #expect(try run("/usr/bin/git", ["init", "--quiet", folder]).status == 0)
    #expect(
      try sandbox.vaultctl(["plan", "-C", "ops/vault", "--format", "code-quality"]).status == 0)
    try sandbox.expectTranscript()
  }
}
