import Diagnostics
import Model
import Planning
import Testing

@Suite struct GuardTests {
  private func plan(
    declared: Int, managed: Int, _ actions: [ChangeAction]
  ) throws -> Plan {
    Plan(
      changes: try actions.enumerated().map { number, action in
        Change(
          connection: try #require(ConnectionName("c-\(number)")), app: "crm", action: action,
          reason: .declared, details: [], location: nil)
      }, findings: [], unchangedCount: 0, emptyCount: 0,
      size: ProjectSize(declared: declared, managed: managed))
  }

  @Test(arguments: [
    (9, 9, false), (10, 3, false), (10, 4, true), (100, 30, false), (100, 31, true),
  ])
  func aShareIsRefusedFromTenOn(_ managed: Int, _ touched: Int, _ isRefused: Bool) throws {
    for action: ChangeAction in [
      .update("i", from: "1"), .replace("i", from: "1", app: "crm"), .delete("i", from: "1"),
    ] {
      let actions = Array(repeating: action, count: touched)
      let plan = try plan(declared: managed, managed: managed, actions)
      #expect((SafetyGuard.refusal(of: plan)?.code == .tooManyChanges) == isRefused)
    }
  }

  @Test func changesThatTouchNoExistingValueDoNotCount() throws {
    for action: ChangeAction in [.create, .record("i", at: "1"), .adopt("i", from: "1")] {
      let plan = try plan(
        declared: 20, managed: 20, Array(repeating: action, count: 20))
      #expect(SafetyGuard.refusal(of: plan) == nil)
    }
  }

  @Test func anEmptyDeclarationIsRefusedForAnyNumberOfConnections() throws {
    let plan = try plan(declared: 0, managed: 1, [.delete("i", from: "1")])
    #expect(SafetyGuard.refusal(of: plan)?.code == .nothingDeclared)
    #expect(SafetyGuard.refusal(of: try self.plan(declared: 0, managed: 5, [])) == nil)
  }

  @Test(arguments: [
    ChangeAction.delete("i", from: "1"), .replace("i", from: "1", app: "crm"),
  ])
  func aUsedConnectionIsNeitherDeletedNorReplaced(_ action: ChangeAction) throws {
    let change = Change(
      connection: try #require(ConnectionName("a")), app: "crm", action: action, reason: .declared,
      details: [], location: nil,
      reach: [FlowUse(flow: "Welcome", file: "f.json", actions: ["crm.find"])])
    let plan = Plan(
      changes: [change], findings: [], unchangedCount: 0, emptyCount: 0,
      size: ProjectSize(declared: 3, managed: 3))
    let refusal = try #require(SafetyGuard.refusal(of: plan))
    #expect(refusal.code == .usedConnection)
    #expect(refusal.notes == ["flow `Welcome`: crm.find"])
  }

  @Test func aFlowThatCannotBeReadUsesEverything() throws {
    let gap = FlowGap(reason: "it is not JSON", location: .file("flows/f.json"))
    let flows = [Flow(name: "Broken", file: "flows/f.json", steps: [], gaps: [gap, gap])]
    var it = try Scenario()
    it.options.prunes = true
    let deleted = it.planned(declared: false, others: 1, flows: flows)
    #expect(deleted.changes.map(\.action.endsConnection) == [true, false])
    let finding = try #require(deleted.findings.first { $0.diagnostic.code == .flowUnreadable })
    #expect(finding.kind == .flow && finding.diagnostic.location == .file("flows/f.json"))
    #expect(finding.diagnostic.notes.contains("it is not JSON"))
    #expect(SafetyGuard.refusal(of: deleted)?.code == .flowUnreadable)
    // Whatever connections a run is about, all flows count.
    it.options.targets = [it.name]
    let targeted = it.planned(declared: false, others: 1, flows: flows)
    #expect(SafetyGuard.refusal(of: targeted)?.code == .flowUnreadable)

    it.options.targets = nil
    it.app = "mail"
    let replaced = it.planned(flows: flows)
    #expect(replaced.changes.map(\.action.endsConnection) == [true])
    #expect(SafetyGuard.refusal(of: replaced)?.code == .flowUnreadable)
    // Nothing else is in danger.
    it.app = "crm"
    it.labels = [:]
    let updated = it.planned(flows: flows)
    #expect(updated.changes.count == 1 && SafetyGuard.refusal(of: updated) == nil)
  }

  @Test func aReplacementIsPreventedByTheManifestAndByTheRecord() throws {
    var it = try Scenario()
    it.app = "mail"
    #expect(it.planned().changes.map(\.action.endsConnection) == [true])
    it.preventsDestroy = true
    #expect(it.planned().codes.contains(.destroyPrevented) && it.planned().changes.isEmpty)
    it.preventsDestroy = false
    it.applied = it.applied.map { $0.guarded() }
    let plan = it.planned()
    #expect(plan.codes.contains(.destroyPrevented) && plan.changes.isEmpty)
    // Also if the store's app is what changed.
    it.app = "crm"
    it.actual = Scenario.actual(it.name, app: "mail")
    #expect(it.planned().codes.contains(.destroyPrevented) && it.planned().changes.isEmpty)
  }

  @Test func aPlanCountsTheManagedConnections() throws {
    var it = try Scenario()
    #expect(it.planned().size == ProjectSize(declared: 1, managed: 1))
    #expect(it.planned(declared: false).size == ProjectSize(declared: 0, managed: 1))
    it.applied = nil
    #expect(it.planned().size == ProjectSize(declared: 1, managed: 0))
  }

  @Test func theGuardIsRememberedAndOutlivesTheManifest() throws {
    var it = try Scenario()
    it.preventsDestroy = true
    let set = try #require(it.planned().changes.first)
    #expect(set.action == .record("id", at: "1") && set.details == [.preventDestroy(true)])

    it.applied = it.applied.map { $0.guarded() }
    #expect(it.planned().changes.isEmpty)
    it.options.prunes = true
    let pruned = it.planned(declared: false)
    #expect(pruned.changes.isEmpty && pruned.codes == [.destroyPrevented])
    #expect(pruned.findings.first?.diagnostic.severity == .error)

    it.preventsDestroy = false
    #expect(it.planned().changes.first?.details == [.preventDestroy(false)])
  }
}

extension AppliedRecord {
  fileprivate func guarded() -> AppliedRecord {
    AppliedRecord(
      storeID: storeID, version: version, app: app, setupType: setupType, fields: fields,
      labels: labels, scopes: scopes, preventsDestroy: true, provenance: provenance)
  }
}
