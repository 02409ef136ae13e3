import Foundation
import TestSupport
import Testing

/// What an apply refuses until somebody says that it is meant.
@Suite struct GuardedApplyTests {
  @Test func mostOfTheConnectionsAreChangedOnlyByForce() throws {
    let sandbox = try Sandbox()
    for number in 0..<10 {
      try sandbox.write(
        httpManifest("c-\(number)", token: "t0ken"), to: "connections/\(number).yaml")
    }
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    for number in 0..<4 {
      try FileManager.default.removeItem(
        atPath: sandbox.folder.path + "/connections/\(number).yaml")
    }
    let plan = try sandbox.vaultctl(["plan", "--prune", "--out", "it.plan"])
    #expect(plan.status == 0 && plan.errorText.contains("warning[VC3016]"))
    for arguments in [["apply", "--prune", "--auto-approve"], ["apply", "it.plan"]] {
      let refused = try sandbox.vaultctl(arguments)
      #expect(refused.status == 1)
      #expect(refused.text.contains("4 to delete"), "the plan is shown before")
      #expect(refused.errorText.contains("4 of 10 managed connections (40 %)"))
    }
    #expect(try sandbox.vaultctl(["apply", "it.plan", "--force"]).text.contains("4 deleted"))
  }

  @Test func anEmptyProjectDeletesNothing() throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "t0ken"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    try FileManager.default.removeItem(atPath: sandbox.folder.path + "/connections/a.yaml")
    let refused = try sandbox.vaultctl(["apply", "--prune", "--auto-approve"])
    #expect(refused.status == 1 && refused.errorText.contains("error[VC3017]"))
    #expect(
      try sandbox.vaultctl(["apply", "--prune", "--auto-approve", "--force"]).status == 0)
  }

  @Test func takingTheManifestAwayDoesNotLiftItsGuard() throws {
    let sandbox = try Sandbox()
    let guarded = """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: guarded}
      spec: {app: slack, lifecycle: {preventDestroy: true}}
      """
    try sandbox.write(guarded, to: "connections/guarded.yaml")
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"]).status == 0)
    try FileManager.default.removeItem(
      atPath: sandbox.folder.path + "/connections/guarded.yaml")
    let refused = try sandbox.vaultctl(["apply", "--prune", "--auto-approve", "--force"])
    #expect(refused.status == 1 && refused.text.contains("error[VC3013]"))
    try sandbox.write(
      guarded.replacingOccurrences(of: "true", with: "false"), to: "connections/guarded.yaml")
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    try FileManager.default.removeItem(
      atPath: sandbox.folder.path + "/connections/guarded.yaml")
    #expect(
      try sandbox.vaultctl(["apply", "--prune", "--auto-approve", "--force"]).status == 0)
  }
}
