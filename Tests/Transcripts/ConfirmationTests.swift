import Foundation
import TestSupport
import TestTenant
import Testing

/// What happens while an apply waits for its confirmation.
@Suite struct ConfirmationTests {
  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    for name in ["a", "b"] {
      try sandbox.write(httpManifest(name, token: "t0ken"), to: "connections/\(name).yaml")
    }
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    return sandbox
  }

  private func asking(_ sandbox: Sandbox) throws -> RunningProgram {
    let asking = try RunningProgram(sandbox, ["apply"], atTerminal: true)
    try asking.blockUntilOutput("`yes`")
    return asking
  }

  @Test func nobodyWaitsForAnAnswerAndTheAnswerIsToWhatWasShown() async throws {
    let sandbox = try sandbox()
    let first = try asking(sandbox)
    let other = try sandbox.vaultctl(["apply", "--auto-approve", "--lock-timeout", "0"])
    #expect(other.status == 0, "\(other.errorText)")
    try first.type("yes")
    let refused = try await first.finished()
    #expect(refused.status == 1)
    sandbox.transcript.note("An apply that was asking meanwhile; the answer is `yes`.")
    sandbox.transcript.record(["vaultctl", "apply"], refused)
    #expect(try sandbox.vaultctl(["history", "a"]).text.split(separator: "\n").count == 2)
    try sandbox.expectTranscript()
  }

  @Test func anotherAnswerAppliesNothing() async throws {
    let sandbox = try sandbox()
    let asking = try asking(sandbox)
    try asking.type("no")
    let refused = try await asking.finished()
    #expect(refused.status == 1 && refused.text.contains("Nothing was applied."))
    #expect(try sandbox.vaultctl(["plan"]).text.contains("2 to create"))
    #expect(try sandbox.vaultctl(["apply", "--auto-approve", "--lock-timeout", "0"]).status == 0)
  }

  @Test func whatIsStillAsShownIsApplied() async throws {
    let sandbox = try sandbox()
    let first = try asking(sandbox)
    // Another connection's change does not matter.
    let other = try sandbox.vaultctl(["apply", "--auto-approve", "--target", "none"])
    #expect(other.status == 1)
    try first.type("yes")
    #expect(try await first.finished().status == 0)
    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"]).status == 0)
  }

  @Test func aManifestThatChangesMeanwhileIsNotWhatIsApplied() async throws {
    let sandbox = try sandbox()
    let first = try asking(sandbox)
    #expect(try sandbox.vaultctl(["set", "a", "token"], input: "later").status == 0)
    try first.type("yes")
    #expect(try await first.finished().status == 0)
    let plan = try sandbox.vaultctl(["plan"])
    #expect(plan.text.contains("token = (secret: rotated)"), "\(plan.text)")
  }

  @Test func aChangeInTheTenantMeanwhileIsNotOverwritten() async throws {
    let tenant = try await TestTenant()
    let it = try TenantSandbox(tenant)
    try await it.declare(["a"])
    try await it.expectFine(["apply", "--auto-approve"])
    try await it.expectFine(["set", "a", "token"], input: "n3w")
    let asking = try RunningProgram(
      it.sandbox, ["apply"], environment: TenantSandbox.login, atTerminal: true)
    try await asking.waitForOutput("`yes`")
    await tenant.state.touch("a", setup: ["type": "BEARER", "token": "theirs"])
    try asking.type("yes")
    let refused = try await asking.finished()
    #expect(refused.status == 1)
    #expect(refused.text.contains("VC3014"), "\(refused.text)")
    #expect(await tenant.state.setup(of: "a")?["token"] == "theirs")
  }
}
