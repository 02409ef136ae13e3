import Diagnostics
import Model
import Planning
import TestSupport
import Testing

@Suite struct OwnerPlanTests {
  private func plan(
    _ names: [String], foreign: [String] = [], unclaimed: [String] = []
  ) throws -> Plan {
    let owner = Owner(
      project: try #require(ProjectID("bbbbbbbbbbbbbbbbbbbb")), name: "theirs", environment: "prod")
    let record = AppliedRecord(
      owner: owner, storeID: "1", version: "1", app: "http", setupType: nil, fields: [:],
      provenance: provenance)
    let desired = try names.enumerated().map { index, text in
      let range = SourceRange(at: Position(line: index + 1, column: 1, offset: 0))
      return DesiredConnection(
        name: try name(text), app: "http", setup: nil,
        origin: ConnectionOrigin(
          file: "connections/\(text).yaml", name: range, app: range))
    }
    return Planner(
      PlanningInput(
        desired: desired,
        snapshot: Snapshot(
          foreign: Dictionary(try foreign.map { (try name($0), record) }) { first, _ in first },
          unclaimed: Set(try unclaimed.map { try name($0) })),
        catalog: .builtIn,
        options: PlanningOptions(
          prunes: true, store: "the store",
          owner: Owner(
            project: try #require(ProjectID("aaaaaaaaaaaaaaaaaaaa")), name: "ours",
            environment: nil)))
    ).plan()
  }

  @Test func aConnectionOfAnotherOwnerIsAnErrorThatNamesBoth() throws {
    let plan = try plan(["a", "b"], foreign: ["a", "undeclared"])
    #expect(plan.changes.map(\.connection.rawValue) == ["b"])
    let finding = try #require(
      plan.findings.first { $0.diagnostic.code == .foreignConnection })
    #expect(finding.diagnostic.severity == .error)
    let notes = finding.diagnostic.notes.joined(separator: "\n")
    #expect(notes.contains("project `theirs` (id bbbbbbbbbbbbbbbbbbbb), environment `prod`"))
    #expect(notes.contains("this is project `ours` (id aaaaaaaaaaaaaaaaaaaa)"))
    #expect(!plan.findings.contains { $0.connection?.rawValue == "undeclared" })
  }

  @Test(arguments: [1, 2, 300])
  func unclaimedConnectionsAreOneFinding(count: Int) throws {
    let names = (0..<count).map { "c-\($0)" }
    let plan = try plan(names, unclaimed: names)
    #expect(plan.changes.isEmpty)
    let found = plan.findings.filter { $0.diagnostic.code == .unclaimedRecord }
    #expect(found.count == 1)
    #expect(
      found.first?.diagnostic.message
        == (count == 1
          ? "`c-0` was applied before records had owners"
          : "\(count) connections were applied before records had owners"))
  }
}
