import TestSupport
import Testing

/// A number from outside is refused with its place and its limit, and crashes nothing.
@Suite struct NumberLimitTests {
  @Test(
    arguments: ["plan", "status", "refresh", "validate"],
    [
      "9223372036854775807", "-9223372036854775808", "99999999999999999999", "31536001", "-1",
    ])
  func aMarginOutOfRangeIsAnErrorWithItsPlace(command: String, number: String) throws {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: "tokens: {marginSeconds: \(number)}\n")
    let finished = try sandbox.vaultctl([command])
    #expect(finished.status == 1, "\(finished.errorText)")
    #expect(finished.errorText.contains("VC1105"))
    #expect(
      finished.errorText.contains(
        "`tokens.marginSeconds` must be between 0 and 31536000 seconds (1 year)"))
    #expect(finished.errorText.contains("vaultctl.yaml:"))
  }

  @Test(arguments: ["9223372036854775807", "-1", "315360001"])
  func aLifetimeOutOfRangeIsAnErrorWithItsPlace(number: String) async throws {
    let test = try TokenSandbox(
      server: "http://127.0.0.1:9", oauth: ["accessTokens: {lifetimeSeconds: \(number)}"])
    let finished = try await test.vaultctl(["refresh"])
    #expect(finished.status == 1, "\(finished.errorText)")
    #expect(
      finished.errorText.contains(
        "accessTokens.lifetimeSeconds` must be between 0 and 315360000 seconds (10 years)"))
  }

  @Test(arguments: [
    "-9223372036854775808", "0", "26", "9223372036854775807", "99999999999999999999",
  ])
  func helpFitsAnyTerminal(columns: String) throws {
    let finished = try Sandbox().vaultctl(["plan", "--help"], environment: ["COLUMNS": columns])
    #expect(finished.status == 0)
    #expect(finished.text.contains("--detailed-exitcode"))
  }

  @Test(arguments: [
    (["apply", "--lock-timeout", "9223372036854775807"], "between 0 and 86400 seconds (1 day)"),
    (["apply", "--lock-timeout=-1"], "between 0 and 86400 seconds (1 day)"),
    (["apply", "--parallelism", "0"], "between 1 and 64"),
    (["rollback", "x", "--to", "1", "--lock-timeout=-1"], "between 0 and 86400 seconds (1 day)"),
    (
      ["authorize", "x", "--timeout", "9223372036854775807"], "between 1 and 86400 seconds (1 day)"
    ),
    (["authorize", "x", "--port", "65536"], "between 0 and 65535"),
  ])
  func anOptionOutOfRangeIsWrongUsage(arguments: [String], limit: String) throws {
    let sandbox = try Sandbox()
    try sandbox.writeProject()
    let finished = try sandbox.vaultctl(arguments)
    #expect(finished.status == 64)
    #expect(finished.errorText.contains("must be \(limit)"), "\(finished.errorText)")
  }
}
