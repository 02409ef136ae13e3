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
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    for number in 0..<4 {
      try FileManager.default.removeItem(
        atPath: sandbox.folder.path + "/connections/\(number).yaml")
    }
    let plan = try sandbox.vaultctl(["plan", "--prune", "--out", "it.plan"])
    #expect(plan.status == 0)
    for arguments in [["apply", "--prune", "--auto-approve"], ["apply", "it.plan"]] {
      #expect(try sandbox.vaultctl(arguments).status == 1)
    }
    #expect(try sandbox.vaultctl(["apply", "it.plan", "--force"]).status == 0)
    try sandbox.expectTranscript()
  }

  @Test func anEmptyProjectDeletesNothing() throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "t0ken"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    try FileManager.default.removeItem(atPath: sandbox.folder.path + "/connections/a.yaml")
    sandbox.transcript.note("The only manifest is deleted.")
    #expect(try sandbox.vaultctl(["apply", "--prune", "--auto-approve"]).status == 1)
    #expect(
      try sandbox.vaultctl(["apply", "--prune", "--auto-approve", "--force"]).status == 0)
    try sandbox.expectTranscript()
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
    sandbox.transcript.note("The manifest is deleted.")
    #expect(
      try sandbox.vaultctl(["apply", "--prune", "--auto-approve", "--force"]).status == 1)
    sandbox.transcript.note("The manifest is back, without its guard.")
    try sandbox.write(
      guarded.replacingOccurrences(of: "true", with: "false"), to: "connections/guarded.yaml")
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    try FileManager.default.removeItem(
      atPath: sandbox.folder.path + "/connections/guarded.yaml")
    sandbox.transcript.note("The manifest is deleted.")
    #expect(
      try sandbox.vaultctl(["apply", "--prune", "--auto-approve", "--force"]).status == 0)
    try sandbox.expectTranscript()
  }
}
