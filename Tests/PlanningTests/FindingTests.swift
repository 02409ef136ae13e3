import Diagnostics
import Model
import Planning
import TestSupport
import Testing

@Suite struct FindingTests {
  @Test func aConnectionWithoutASetupIsEmptyAndNamesItsMissingFields() throws {
    var it = try Scenario()
    it.setup = nil
    it.actual = nil
    it.applied = nil
    let plan = it.planned()
    #expect(plan.changes.map(\.action) == [.create] && plan.emptyCount == 1)
    let finding = try #require(plan.findings.first)
    #expect(finding.kind == .empty && finding.diagnostic.code == .emptyConnection)
    #expect(finding.diagnostic.label == "missing `zone`, `api_key`", "of the app's first setup")
    #expect(finding.diagnostic.help == ["add them: vaultctl set it zone"])
  }

  @Test func optionalFieldsLeaveNothingEmpty() throws {
    #expect(try Scenario().planned().emptyCount == 0)
  }

  @Test(
    arguments: [
      (nil, nil, []), (nil, ["read"], [DiagnosticCode.scopeExtra]), (nil, [], []),
      (["read"], ["read"], []),
      (["read"], nil, [.scopeMissing]),
      (["read", "write"], ["read"], [.scopeMissing]), (["read"], ["read", "admin"], [.scopeExtra]),
      (["read"], ["write"], [.scopeMissing, .scopeExtra]), ([], ["write"], [.scopeExtra]),
      ([], nil, []),
    ] as [([Scope]?, [Scope]?, [DiagnosticCode])])
  func scopesDeclaredAndGranted(
    _ declared: [Scope]?, _ granted: [Scope]?, _ expected: [DiagnosticCode]
  ) throws {
    var it = try Scenario()
    it.scopes = declared.map { Set($0) }
    it.actual = Scenario.actual(it.name, granted: granted.map { Set($0) })
    let plan = it.planned()
    #expect(plan.codes == expected)
    #expect(plan.findings.allSatisfy { $0.kind == .scopeDrift })
  }

  @Test func aNameIsOneWordOfAShell() throws {
    var it = try Scenario("it's; rm -rf ~")
    it.setup = nil
    let help = it.planned().findings.flatMap(\.diagnostic.help)
    #expect(help.contains(#"add them: vaultctl set 'it'\''s; rm -rf ~' zone"#))
  }

  /// The same input in another order gives the same plan.
  @Test(arguments: UInt64(0)..<40)
  func orderDoesNotMatter(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var desired: [DesiredConnection] = []
    var actual: [ConnectionName: ActualConnection] = [:]
    var applied: [ConnectionName: AppliedRecord] = [:]
    for number in 0..<20 {
      var it = try Scenario("c-\(number)")
      if Bool.random(using: &random) { it.fields["zone"] = .plain(.string("us")) }
      if Bool.random(using: &random) { it.scopes = ["read"] }
      if Bool.random(using: &random) { it.fields["api_key"] = nil }
      if Bool.random(using: &random) { actual[it.name] = it.actual }
      if Bool.random(using: &random) { applied[it.name] = it.applied }
      if Int.random(in: 0..<4, using: &random) > 0 { desired.append(it.desired) }
    }
    func planned(_ desired: [DesiredConnection]) -> Plan {
      Planner(
        PlanningInput(
          desired: desired, snapshot: Snapshot(actual: actual, applied: applied),
          catalog: Scenario.catalog, options: PlanningOptions(prunes: seed % 2 == 0))
      ).plan()
    }
    let first = planned(desired)
    for _ in 0..<4 { #expect(planned(desired.shuffled(using: &random)) == first) }
    #expect(first.changes.map(\.connection) == first.changes.map(\.connection).sorted())
  }
}
