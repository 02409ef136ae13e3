import Diagnostics
import Model
import Planning
import Testing

@Suite struct ConnectionPlanTests {
  @Test func aConnectionAsAppliedNeedsNoChange() throws {
    let plan = try Scenario().planned()
    #expect(plan.changes.isEmpty && plan.findings.isEmpty)
    #expect(plan.unchangedCount == 1 && plan.emptyCount == 0)
  }

  @Test func aConnectionMissingFromTheStoreIsCreated() throws {
    var it = try Scenario()
    it.actual = nil
    it.applied = nil
    it.scopes = ["read"]
    let change = try #require(it.planned().changes.first)
    #expect(change.action == .create && change.reason == .notInStore)
    #expect(
      change.details == [
        .setupType(from: nil, to: "key"), .plain("zone", from: nil, to: .string("eu")),
        .secret("api_key", .set), .label("team", from: nil, to: "sales"),
        .scopes(added: ["read"], removed: []),
      ])
  }

  @Test func aConnectionDeletedInTheStoreIsRecreatedAndReportedAsDrift() throws {
    var it = try Scenario()
    it.actual = nil
    let plan = it.planned()
    #expect(plan.changes.map(\.action) == [.create])
    #expect(plan.changes.map(\.reason) == [.lostInStore])
    #expect(plan.codes == [.missingInStore] && plan.findings.map(\.kind) == [.drift])
  }

  @Test func aDeclaredChangeIsAnUpdateOfThatFieldAlone() throws {
    var it = try Scenario()
    it.fields["zone"] = .plain(.string("us"))
    let change = try #require(it.planned().changes.first)
    #expect(change.action == .update("id", from: "1") && change.reason == .declared)
    #expect(change.details == [.plain("zone", from: .string("eu"), to: .string("us"))])
    #expect(it.planned().findings.isEmpty)
  }

  @Test func aFieldThatIsNoLongerDeclaredIsRemoved() throws {
    var it = try Scenario()
    it.fields["api_key"] = nil
    let plan = it.planned()
    #expect(plan.changes.first?.details == [.secret("api_key", .removed)])
    #expect(plan.codes == [.emptyConnection])
  }

  @Test(arguments: [
    (SecretComparison?.some(.same), SecretChange.reencrypted),
    (.some(.different), .rotated), (nil, .undecided),
  ])
  func anotherCiphertextIsDecidedByItsComparison(
    _ comparison: SecretComparison?, _ expected: SecretChange
  ) throws {
    var it = try Scenario()
    it.fields["api_key"] = .sealed(try message(2))
    it.comparison = comparison
    let plan = it.planned()
    let change = try #require(plan.changes.first)
    #expect(change.details == [.secret("api_key", expected)])
    #expect(
      change.action
        == (expected == .reencrypted ? .record("id", at: "1") : .update("id", from: "1")))
    #expect(plan.codes == (expected == .undecided ? [.undecided] : []))
    if let finding = plan.findings.first {
      #expect(finding.diagnostic.notes.joined().contains("A1B2C3D4E5F60718"))
    }
  }

  @Test func onlyChangedCiphertextsMustBeOpened() throws {
    var it = try Scenario()
    func toOpen() -> [FieldAddress] {
      undecidedSecrets(
        desired: [it.desired],
        snapshot: Snapshot(
          actual: it.actual.map { [it.name: $0] } ?? [:],
          applied: it.applied.map { [it.name: $0] } ?? [:]))
    }
    #expect(toOpen().isEmpty)
    it.fields["zone"] = .plain(.string("us"))
    #expect(toOpen().isEmpty)
    it.fields["api_key"] = .sealed(try message(2))
    #expect(toOpen() == [FieldAddress(it.name, "api_key")])
    it.applied = nil
    #expect(toOpen().isEmpty, "there is nothing to compare with")
  }

  @Test func driftIsReportedAndRestored() throws {
    var it = try Scenario()
    it.actual = Scenario.actual(it.name, zone: "us", secretVersion: "2", version: "2")
    let plan = it.planned()
    let change = try #require(plan.changes.first)
    #expect(change.action == .update("id", from: "2") && change.reason == .drifted)
    #expect(
      change.details == [
        .plain("zone", from: .string("us"), to: .string("eu")), .secret("api_key", .restored),
      ])
    #expect(plan.codes == [.drift])
    #expect(plan.findings.first?.diagnostic.notes == ["changed in the store: `api_key`, `zone`"])
  }

  @Test func aSecretThatTheStoreLostIsRestored() throws {
    var it = try Scenario()
    it.actual = Scenario.actual(it.name, secretVersion: nil, version: "2")
    #expect(it.planned().changes.first?.details == [.secret("api_key", .restored)])
  }

  @Test func changesOnBothSidesAreAConflict() throws {
    var it = try Scenario()
    it.actual = Scenario.actual(it.name, zone: "us", version: "2")
    it.fields["zone"] = .plain(.string("asia"))
    let plan = it.planned()
    #expect(plan.changes.map(\.reason) == [.conflicting])
    #expect(plan.codes == [.conflict])
  }

  @Test func theSameChangeOnBothSidesIsNoConflict() throws {
    var it = try Scenario()
    it.actual = Scenario.actual(it.name, zone: "us", version: "2")
    it.fields["zone"] = .plain(.string("us"))
    let plan = it.planned()
    #expect(plan.changes.map(\.action) == [.record("id", at: "2")])
    #expect(plan.codes.isEmpty)
  }

  @Test func anotherAppForcesAReplacement() throws {
    var it = try Scenario()
    it.app = "mail"
    it.fields = [:]
    let plan = it.planned()
    #expect(plan.changes.map(\.action) == [.replace("id", from: "1", app: "crm")])
    #expect(plan.changes.map(\.reason) == [.appChanged])
    it.preventsDestroy = true
    let prevented = it.planned()
    #expect(prevented.changes.isEmpty && prevented.codes == [.destroyPrevented])
    #expect(prevented.findings.first?.diagnostic.severity == .error)
  }

  @Test func aConnectionOfOthersIsUntouchedUntilItIsAdopted() throws {
    var it = try Scenario()
    it.applied = nil
    let left = it.planned()
    #expect(left.changes.isEmpty && left.codes == [.adoptable] && left.unchangedCount == 0)
    it.options.adopts = true
    let change = try #require(it.planned().changes.first)
    #expect(change.action == .adopt("id", from: "1") && change.reason == .unmanaged)
    #expect(change.details == [.secret("api_key", .set)], "its secrets cannot be compared")
  }

  @Test func anUndeclaredConnectionIsDeletedOnlyWithPruneAndOnlyIfOurs() throws {
    var it = try Scenario()
    #expect(it.planned(declared: false).codes == [.orphaned])
    it.options.prunes = true
    let pruned = it.planned(declared: false)
    #expect(pruned.changes.map(\.action) == [.delete("id", from: "1")] && pruned.codes.isEmpty)
    it.applied = nil
    let foreign = it.planned(declared: false)
    #expect(foreign.changes.isEmpty && foreign.codes == [.unmanaged])
  }

  @Test func targetsExcludeAllOtherConnections() throws {
    var it = try Scenario()
    it.fields["zone"] = .plain(.string("us"))
    it.options.targets = [try #require(ConnectionName("another"))]
    #expect(it.planned().changes.isEmpty && it.planned().unchangedCount == 0)
    it.options.targets = [it.name]
    #expect(it.planned().changes.count == 1)
  }

  @Test func labelsAreComparedKeyByKey() throws {
    var it = try Scenario()
    it.labels = ["team": "support", "tier": "1"]
    #expect(
      it.planned().changes.first?.details == [
        .label("team", from: "sales", to: "support"), .label("tier", from: nil, to: "1"),
      ])
  }
}
