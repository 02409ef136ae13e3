import Applying
import ArgumentParser
import Commands
import Diagnostics
import Model
import Renewing
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

  /// An attempt vanished, and may have used the refresh token.
  @Test func aTokenInDoubtFailsARunUntilItIsPresentedAgain() throws {
    let until = Timestamp(milliseconds: 1_790_000_000_000)
    let record = TokenRecord(
      client: ClientIdentity(id: "c", digest: "d"), grant: .authorizationCode, requested: [])
    let doubtful = CompletedRenewal(
      name: try Sample.name("a"), outcome: TokenRenewer.held(record, until: until))
    guard case .failed(let reason, let retryAt) = doubtful.outcome, retryAt == until else {
      Issue.record("it is no failure")
      return
    }
    #expect(reason.contains("last moment"))
    let renewed = CompletedRenewal(name: try Sample.name("b"), outcome: .renewed(record))
    #expect(Outcome(renewals: [doubtful], hasFaults: false) == .failed)
    #expect(Outcome(renewals: [doubtful, renewed], hasFaults: false) == .partly)
    #expect(Outcome(renewals: [renewed], hasFaults: false) == .fine)
    #expect(Outcome(renewals: [], hasFaults: false) == .fine)
    #expect(Outcome(renewals: [], hasFaults: true) == .failed)
    #expect(Outcome(renewals: [renewed], hasFaults: true) == .partly)
  }

  @Test func aTokenThatIsRetriedLaterKeepsItsReason() throws {
    let until = Timestamp(milliseconds: 1_790_000_000_000)
    let record = TokenRecord(
      client: ClientIdentity(id: "c", digest: "d"), grant: .clientCredentials, requested: [],
      attempts: 1, retryAt: until, history: [TokenFailure(at: until, reason: "HTTP 503")])
    #expect(TokenRenewer.held(record, until: until) == .failed("HTTP 503", retryAt: until))
  }

  /// A service's token may last for no time, and is not requested without a pause.
  @Test(arguments: [(0, true), (2, true), (5, false), (3600, false)] as [(Int64, Bool)])
  func aTokenThatExpiredAndIsNotDueIsAFailure(lifetime: Int64, isHeldBack: Bool) throws {
    let issued = Timestamp(milliseconds: 1_790_000_000_000)
    let record = TokenRecord(
      client: ClientIdentity(id: "c", digest: "d"), grant: .clientCredentials, requested: [],
      tokens: TokenMetadata(
        attempt: "a", issuedAt: issued, expiry: .at(issued.adding(seconds: lifetime)),
        granted: [], verifiedAt: issued))
    let until = issued.adding(seconds: 60)
    let outcome = TokenRenewer.heldBack(record, until: until, at: issued.adding(seconds: 3))
    #expect((outcome != nil) == isHeldBack)
    guard let outcome else { return }
    guard case .failed(let reason, let retryAt) = outcome, retryAt == until else {
      Issue.record("\(outcome)")
      return
    }
    #expect(reason.hasPrefix("it expired at \(issued.adding(seconds: lifetime))"))
    let renewal = CompletedRenewal(name: try Sample.name("a"), outcome: outcome)
    #expect(Outcome(renewals: [renewal], hasFaults: false) == .failed)
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
