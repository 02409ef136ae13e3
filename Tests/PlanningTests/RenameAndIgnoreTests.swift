import Diagnostics
import Model
import Planning
import Testing

@Suite struct RenameAndIgnoreTests {
  /// The scenario as it is after `vaultctl rename old it`: the name is another, and so is every
  /// ciphertext.
  private func renamed() throws -> Scenario {
    var it = try Scenario()
    it.former = ConnectionName("old")
    it.fields["api_key"] = .sealed(try message(2))
    it.comparison = .same
    return it
  }

  @Test func aFormerNameOfTheStoreIsRenamedAndKeepsItsId() throws {
    let it = try renamed()
    let plan = it.planned()
    let change = try #require(plan.changes.first)
    #expect(
      change.action == .rename("id", from: "1", formerly: try #require(it.former)))
    #expect(change.reason == .renamed && change.nameInStore == it.former)
    #expect(change.details == [.secret("api_key", .reencrypted)])
    #expect(plan.findings.isEmpty && plan.changes.count == 1, "the old one is nobody's orphan")
  }

  @Test func aRenameWithDriftRestoresAndReportsIt() throws {
    var it = try renamed()
    it.actual = Scenario.actual(it.name, zone: "us", version: "2")
    let plan = it.planned()
    #expect(plan.changes.map(\.reason) == [.drifted] && plan.codes == [.drift])
  }

  @Test func afterTheRenameTheFormerNameMeansNothing() throws {
    var it = try Scenario()
    let former: ConnectionName = try #require(ConnectionName("old"))
    let desired = DesiredConnection(
      name: it.name, formerNames: [former], app: it.app, labels: it.labels,
      setup: it.desired.setup, origin: Scenario.location)
    it.former = nil
    let plan = Planner(
      PlanningInput(
        desired: [desired],
        snapshot: Snapshot(
          actual: [it.name: try #require(it.actual), former: Scenario.actual(former)],
          applied: [it.name: try #require(it.applied)]),
        catalog: Scenario.catalog)
    ).plan()
    #expect(plan.changes.isEmpty && plan.codes == [.unmanaged])
  }

  @Test func connectionsOfOthersOrOfAnotherAppAreNotRenamed() throws {
    var it = try renamed()
    it.applied = nil
    it.options.adopts = true
    #expect(it.planned().codes == [.renameBlocked] && it.planned().changes.isEmpty)
    it = try renamed()
    it.app = "mail"
    it.fields = [:]
    #expect(it.planned().codes == [.renameBlocked] && it.planned().changes.isEmpty)
  }

  @Test func anIgnoredFieldIsNeitherComparedNorWritten() throws {
    var it = try Scenario()
    it.ignored = ["zone", "api_key"]
    it.fields["zone"] = .plain(.string("declared since"))
    it.fields["api_key"] = .sealed(try message(2))
    it.actual = Scenario.actual(it.name, zone: "by others", secretVersion: "7", version: "9")
    let plan = it.planned()
    #expect(plan.changes.isEmpty && plan.findings.isEmpty)
    it.labels = [:]
    #expect(it.planned().changes.first?.details == [.label("team", from: "sales", to: nil)])
  }

  @Test func anIgnoredFieldIsNotMissingWhereTheStoreHasIt() throws {
    var it = try Scenario()
    it.ignored = ["api_key"]
    it.fields["api_key"] = nil
    #expect(it.planned().codes.isEmpty)
    it.actual = Scenario.actual(it.name, secretVersion: nil)
    #expect(it.planned().codes == [.emptyConnection])
  }

  @Test func anIgnoredFieldIsMadeWithItsConnection() throws {
    var it = try Scenario()
    it.ignored = ["zone"]
    it.actual = nil
    it.applied = nil
    let details = try #require(it.planned().changes.first).details
    #expect(details.contains(.plain("zone", from: nil, to: .string("eu"))))
  }

  @Test func aValueSealedAgainDoesNotConflictWithDrift() throws {
    var it = try Scenario()
    it.fields["api_key"] = .sealed(try message(2))
    it.comparison = .same
    it.actual = Scenario.actual(it.name, zone: "us", version: "2")
    #expect(it.planned().codes == [.drift])
  }
}
