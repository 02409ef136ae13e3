import ArgumentParser
import Commands
import Diagnostics
import Foundation
import Model
import Planning
import Testing

@Suite struct PolicyTests {
  @Test(arguments: FindingKind.allCases, FindingKind.allCases)
  func aWordFailsItsOwnFindingsAndNoOthers(_ word: FindingKind, _ found: FindingKind) throws {
    let policy = try FailOnPolicy(option: word.rawValue, of: #require(word.reporters.first))
    let violation = policy.violation(in: [Sample.finding(found)])
    #expect((violation != nil) == word.members.contains(found))
    #expect((violation?.code ?? .policyViolated) == .policyViolated)
  }

  /// It would be green whatever is so.
  @Test(arguments: FindingKind.allCases, FindingKind.Reporter.allCases)
  func aFindingThatARunNeverHasIsRefused(word: FindingKind, reporter: FindingKind.Reporter) {
    if word.reporters.contains(reporter) {
      #expect(throws: Never.self) { try FailOnPolicy(option: word.rawValue, of: reporter) }
    } else {
      #expect(throws: (any Error).self) { try FailOnPolicy(option: word.rawValue, of: reporter) }
    }
    // A project's policy is for all of its runs.
    #expect(throws: Never.self) { try FailOnPolicy([word], option: nil, of: reporter) }
  }

  @Test func theCatalogueHasATableOfThem() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let page = root.appending(path: "Sources/vaultctl/vaultctl.docc/Findings.md")
    let rows = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
      .filter { $0.hasPrefix("| `") }
      .map { $0.split(separator: "|", omittingEmptySubsequences: false) }
    #expect(
      rows.map { String($0[1].filter { !"` ".contains($0) }) }
        == FindingKind.allCases.map(\.rawValue))
    for (row, kind) in zip(rows, FindingKind.allCases) {
      for (column, reporter) in [FindingKind.Reporter.validate, .plan, .diff, .status].enumerated()
      {
        #expect(row[3 + column].contains("yes") == kind.reporters.contains(reporter), "\(kind)")
      }
    }
  }

  @Test func optionAndProjectFileAddUp() throws {
    let policy = try FailOnPolicy([.drift], option: "empty, conflict", of: .plan)
    #expect(policy.kinds == [.drift, .empty, .conflict])
    #expect(try FailOnPolicy([.drift], option: nil, of: .plan).kinds == [.drift])
    #expect(try FailOnPolicy(option: "", of: .plan).kinds == [])
  }

  @Test func aViolationNamesEachKindOnceAndSorted() throws {
    let policy = try FailOnPolicy([.drift, .empty, .conflict], option: nil, of: .plan)
    let violation = policy.violation(
      in: [.empty, .drift, .empty, .unmanaged].map { Sample.finding($0) })
    #expect(violation?.message.hasSuffix(": drift, empty") == true)
  }

  @Test func anUnknownWordIsWrongUsage() {
    #expect(throws: (any Error).self) { try FailOnPolicy(option: "drift,drfit", of: .plan) }
    let error = #expect(throws: (any Error).self) {
      try VaultctlCommand.parseAsRoot(["plan", "--fail-on"])
    }
    #expect(error.map { VaultctlCommand.exitCode(for: $0).rawValue } == 64)
  }
}

@Suite struct ApplyGuardTests {
  private func applyGuard(
    _ failOn: String? = nil, allowsManyChanges: Bool = false, forcesConflicts: Bool = false
  ) throws -> ApplyGuard {
    ApplyGuard(
      policy: try FailOnPolicy(option: failOn, of: .plan), allowsManyChanges: allowsManyChanges,
      forcesConflicts: forcesConflicts)
  }

  private func plan(_ changes: [Change], findings: [Finding] = []) -> Plan {
    Plan(
      changes: changes, findings: findings, unchangedCount: 0, emptyCount: 0,
      size: ProjectSize(declared: 10, managed: 10))
  }

  @Test func anOrdinaryPlanIsNotRefused() throws {
    #expect(try applyGuard().refusal(of: plan([Sample.change("a")])) == nil)
  }

  @Test func anErrorIsRefusedWhateverIsForced() throws {
    let it = plan([], findings: [Sample.finding(.drift, severity: .error)])
    let refusal = try applyGuard("drift", allowsManyChanges: true, forcesConflicts: true)
      .refusal(of: it)
    #expect(refusal?.outcome == .failed)
  }

  @Test(arguments: [DiagnosticCode.destroyPrevented, .bindingMismatch, .redirected])
  func theRefusalHasTheCodeOfTheFirstError(code: DiagnosticCode) throws {
    let errors = [code, .conflict].map { code in
      Finding(.drift, nil, Diagnostic(code, "found", severity: .error))
    }
    let it = plan([], findings: [Sample.finding(.drift)] + errors)
    let refusal = try applyGuard().refusal(of: it)
    #expect(refusal?.diagnostic.code == code)
    #expect(refusal?.diagnostic.help == ["fix the errors above, then: vaultctl apply"])
  }

  @Test func thePolicyHasAnExitCodeOfItsOwn() throws {
    let it = plan([], findings: [Sample.finding(.drift)])
    #expect(try applyGuard("drift").refusal(of: it)?.outcome == .finding)
    #expect(try applyGuard("empty").refusal(of: it) == nil)
  }

  @Test func conflictsNeedForce() throws {
    let it = plan([try Sample.change("a", .update("i", from: "1"), .conflicting)])
    #expect(try applyGuard().refusal(of: it)?.diagnostic.code == .conflict)
    #expect(try applyGuard(forcesConflicts: true).refusal(of: it) == nil)
  }

  @Test func manyChangesNeedForce() throws {
    let it = plan(
      try (0..<4).map { try Sample.change("c-\($0)", .update("i", from: "1")) })
    #expect(try applyGuard().refusal(of: it)?.diagnostic.code == .tooManyChanges)
    #expect(try applyGuard(allowsManyChanges: true).refusal(of: it) == nil)
  }
}
