import Applying
import ArgumentParser
import Commands
import Diagnostics
import Model
import Reports
import Testing

@Suite struct ExitCodeTests {
  @Test(arguments: [
    (Outcome.fine, Int32(0)), (.applied, 0), (.failed, 1), (.changes, 2), (.finding, 3),
    (.partly, 4),
    (.interrupted, 130), (.broken, 70),
  ])
  func everyOutcomeHasItsExitCode(_ outcome: Outcome, _ code: Int32) {
    #expect(outcome.exitCode.rawValue == code)
  }

  @Test(arguments: [
    ([], [], Outcome.applied),
    ([ApplyOutcome.ChangeResult.done, .done], [], .applied),
    ([.done, .failed([])], [], .partly),
    ([.done, .skipped], [], .partly),
    ([.failed([]), .skipped], [], .failed),
    ([.skipped], [], .failed),
    ([.inDoubt([])], [], .partly),
    ([.inDoubt([]), .failed([]), .skipped], [], .partly),
    ([], [Severity.error], .failed),
    ([.done], [.error], .partly),
    ([.done], [.warning], .applied),
  ])
  func applySucceedsOnlyWhereEverythingIsDone(
    _ results: [ApplyOutcome.ChangeResult], _ faults: [Severity], _ expected: Outcome
  ) throws {
    let outcome = ApplyOutcome(
      results: try results.enumerated().map { number, result in
        (change: try Sample.change("c-\(number)"), result: result)
      }, faults: faults.map { Diagnostic(.lockLost, "lost", severity: $0) })
    #expect(outcome.exitOutcome == expected)
  }

  @Test func applyReportsFailuresAndFaultsInReadingOrder() throws {
    let failed = Diagnostic(.unknownApp, "failed", at: .file("b.yaml"))
    let fault = Diagnostic(.unknownApp, "fault", at: .file("a.yaml"))
    let outcome = ApplyOutcome(
      results: [(change: try Sample.change("c"), result: .failed([failed]))], faults: [fault])
    #expect(outcome.diagnostics == [fault, failed])
  }

  @Test func changesHaveAnExitCodeOnlyWhereItIsAskedFor() throws {
    let policy = try FailOnPolicy(option: nil, of: .plan)
    let changed = try PlanResult(plans: [Sample.plan(changes: ["a"])])
    let unchanged = try PlanResult(plans: [Sample.plan()])
    #expect(changed.outcome(under: policy, reportsChanges: false) == .fine)
    #expect(changed.outcome(under: policy, reportsChanges: true) == .changes)
    #expect(unchanged.outcome(under: policy, reportsChanges: true) == .fine)
  }

  @Test func errorsCountBeforeThePolicyAndThePolicyBeforeChanges() throws {
    let policy = try FailOnPolicy(option: "drift", of: .plan)
    let finding = try PlanResult(
      plans: [Sample.plan(changes: ["a"], findings: [Sample.finding(.drift)])])
    #expect(finding.outcome(under: policy, reportsChanges: true) == .finding)
    let error = try PlanResult(
      plans: [
        Sample.plan(changes: ["a"], findings: [Sample.finding(.drift, severity: .error)])
      ])
    #expect(error.outcome(under: policy, reportsChanges: true) == .failed)
    let unreachable = try PlanResult(
      plans: [Sample.plan(findings: [Sample.finding(.drift)])],
      faults: [Diagnostic(.storeUnavailable, "gone")])
    #expect(unreachable.outcome(under: policy, reportsChanges: true) == .failed)
  }
}
