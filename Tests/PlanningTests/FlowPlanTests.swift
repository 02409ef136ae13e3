import Diagnostics
import Model
import Planning
import Testing

@Suite struct FlowPlanTests {
  private static let catalog = Catalog([
    App(
      id: "crm", name: "CRM", setups: [SetupShape(type: "key", fields: [FieldShape("key")])],
      actions: [FlowAction("find"), FlowAction("write", scopes: ["read", "write"])]),
    App(id: "mail", name: "Mail", setups: [SetupShape(type: "key", fields: [])]),
  ])

  private func step(_ app: AppID, _ action: String, _ connection: String?) -> FlowStep {
    FlowStep(
      app: app, action: action, connection: connection,
      location: .source(file: "flows/f.json", range: SourceRange(at: .start)))
  }

  private func connection(
    _ name: String, formerly: String? = nil, app: AppID = "crm", key: String? = "k",
    scopes: Set<Scope>? = nil
  ) throws -> DesiredConnection {
    DesiredConnection(
      name: try #require(ConnectionName(name)),
      formerNames: formerly.flatMap { ConnectionName($0) }.map { [$0] } ?? [], app: app,
      setup: key.map { DesiredSetup(type: "key", fields: ["key": .plain(.string($0))]) },
      scopes: scopes, origin: Scenario.location)
  }

  private func planned(
    _ desired: [DesiredConnection], _ steps: [FlowStep], snapshot: Snapshot = Snapshot()
  ) -> Plan {
    Planner(
      PlanningInput(
        desired: desired, snapshot: snapshot, catalog: Self.catalog,
        flows: [Flow(name: "Onboard", file: "flows/f.json", steps: steps)])
    ).plan()
  }

  @Test func aChangeNamesTheFlowsAndActionsThatItReaches() throws {
    let plan = planned(
      [try connection("a"), try connection("b")],
      [step("crm", "write", "a"), step("crm", "find", "a"), step("crm", "find", "a")])
    #expect(
      plan.changes.map(\.reach) == [
        [FlowUse(flow: "Onboard", file: "flows/f.json", actions: ["crm.find", "crm.write"])], [],
      ])
    #expect(plan.findings.isEmpty)
  }

  @Test func anEmptyConnectionNamesTheFlowsThatItBlocks() throws {
    let plan = planned([try connection("a", key: nil)], [step("crm", "find", "a")])
    #expect(plan.codes == [.emptyConnection])
    #expect(plan.findings[0].diagnostic.notes.contains("it blocks flow `Onboard`: crm.find"))
  }

  /// A file has as many references as it has bytes, and each flow has a limit of its own.
  @Test(arguments: [150, 1_200])
  func aFlowHasAHundredFindingsAndTheNumberOfTheOthers(references: Int) throws {
    let steps = (0..<references).map { step("crm", "find", "none-\($0)") }
    let flows = ["One", "Two"].map { Flow(name: $0, file: "flows/\($0).json", steps: steps) }
    let index = FlowIndex(
      flows, desired: [try connection("a")], snapshot: nil, catalog: Self.catalog)
    let findings = index.findings()
    #expect(findings.count == 2 * 101)
    let last = findings.filter { $0.diagnostic.code == .tooManyFaults }.map(\.diagnostic.message)
    #expect(
      last == [
        "flow `One` has \(references - 100) more such references",
        "flow `Two` has \(references - 100) more such references",
      ])
  }

  @Test func reportsConnectionsThatAFlowCannotUse() throws {
    let plan = planned(
      [try connection("a", formerly: "old"), try connection("post", app: "mail")],
      [
        step("crm", "find", "nobody"), step("crm", "find", "old"), step("crm", "find", "post"),
        step("crm", "find", nil), step("flow", "boolean_condition", nil),
        step("unheard_of", "any", "a"),
      ])
    #expect(
      plan.codes == [.flowNamesNone, .flowNamesNone, .flowWrongApp, .flowLacksConnection])
    #expect(plan.findings.allSatisfy { $0.kind == .flow && $0.diagnostic.severity == .warning })
    #expect(
      plan.findings.map(\.diagnostic.message).contains {
        $0.hasSuffix("breaks at crm.find: `old` was renamed to `a`")
      })
    let reach = plan.changes.first { $0.connection.rawValue == "a" }?.reach ?? []
    #expect(reach.map(\.isBroken) == [false, true])
  }

  @Test func anIdOfTheStoreMeansItsConnectionAlsoWhenThatIsRenamed() throws {
    let old = try #require(ConnectionName("old"))
    let snapshot = Snapshot(
      actual: [
        old: ActualConnection(
          id: "ac_1", name: old, app: "crm", setupType: "key",
          fields: ["key": .plain(.string("k"))], version: "1",
          updatedAt: Timestamp(milliseconds: 0))
      ],
      applied: [
        old: AppliedRecord(
          storeID: "ac_1", version: "1", app: "crm", setupType: "key",
          fields: ["key": .plain(.string("k"))],
          provenance: Provenance(
            who: "ann", at: Timestamp(milliseconds: 0), toolVersion: "0", commit: nil))
      ])
    let plan = planned(
      [try connection("new", formerly: "old")], [step("crm", "find", "ac_1")], snapshot: snapshot)
    #expect(plan.changes.map { $0.reach.map(\.flow) } == [["Onboard"]])
    #expect(plan.findings.isEmpty)
  }

  @Test func aConnectionThatOnlyTheStoreHasIsNotCalledMissing() throws {
    let there = try #require(ConnectionName("there"))
    let id = "ac_" + String(repeating: "x", count: 22)
    let snapshot = Snapshot(
      actual: [
        there: ActualConnection(
          id: StoreID(id), name: there, app: "crm", setupType: nil, fields: [:], version: "1",
          updatedAt: Timestamp(milliseconds: 0))
      ],
      foreignEntries: [ForeignEntry(id: "ac_2", name: "odd ", reason: .invalidName)])
    let location = Location.file("flows/f.json")
    func notes(_ id: String) -> [String] {
      let step = FlowStep(
        app: "crm", action: "find", connection: id, looksLikeStoreID: true, location: location)
      return planned([], [step], snapshot: snapshot).findings
        .filter { $0.diagnostic.code == .flowNamesNone }
        .flatMap { $0.diagnostic.notes + $0.diagnostic.help }
    }
    #expect(
      notes(id) == ["the store has it, as `there`", "declare it: vaultctl import there"])
    #expect(notes("ac_2").first == "the store has it, as `odd `, which is not one of ours")
    #expect(
      notes("ac_3").first == "it looks like a store ID, and the store has no such connection")
  }

  @Test func whatIsInAnActionsDataIsAUseOnlyIfThereIsSuchAConnection() throws {
    func step(_ id: String) -> FlowStep {
      FlowStep(
        app: "mail", action: "find", connection: id, isDirect: false,
        location: .file("flows/f.json"))
    }
    let plan = planned([try connection("a")], [step("a"), step("con_1"), step("{{x}}")])
    #expect(plan.changes.map { $0.reach.map(\.flow) } == [["Onboard"]])
    #expect(plan.findings.isEmpty)
  }

  @Test func anActionsScopesMustBeDeclared() throws {
    let steps = [step("crm", "write", "a")]
    let plan = planned([try connection("a", scopes: ["read"])], steps)
    #expect(plan.codes.contains(.scopeRequired))
    let finding = try #require(plan.findings.first { $0.diagnostic.code == .scopeRequired })
    #expect(finding.kind == .scopeDrift && finding.diagnostic.message.contains("`write`"))
    #expect(
      !planned([try connection("a", scopes: ["read", "write"])], steps).codes
        .contains(.scopeRequired))
    #expect(!planned([try connection("a")], steps).codes.contains(.scopeRequired))
  }
}
