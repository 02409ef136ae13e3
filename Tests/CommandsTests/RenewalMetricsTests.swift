import Commands
import Model
import Renewing
import Reports
import Stores
import Testing

@Suite struct RenewalMetricsTests {
  private let error = StoreError.unavailable("it is away")

  @Test func whatIsHeldOffCountsOnceHoweverOftenItIsReported() throws {
    let failed = CompletedRenewal(name: try Sample.name("crm"), outcome: .storeFailed(error))
    var metrics = RenewalMetrics.Environment()
    metrics.add(TokenRenewer.Pass(completed: [failed], results: [failed]))
    for _ in 0..<3 { metrics.add(TokenRenewer.Pass(completed: [], results: [failed])) }
    #expect(metrics.failures == [.store: 1])
    #expect(metrics.renewals.isEmpty)
  }

  @Test(
    arguments: [
      (.needsAuthorization(.noRefreshToken), .needsAuthorization),
      (.stopped(.local("x")), .refused),
      (.failed("x", retryAt: Timestamp(milliseconds: 0)), .service),
      (.failed("interrupted", retryAt: nil), nil), (.storeFailed(.unavailable("x")), .store),
      (.unsaved("x", .written), .unsaved), (.notDue(until: nil), nil),
      (.waiting(until: Timestamp(milliseconds: 0)), nil),
    ] as [(RenewalOutcome, RenewalMetrics.FailureKind?)])
  func everyFailureHasItsKind(outcome: RenewalOutcome, kind: RenewalMetrics.FailureKind?) throws {
    var metrics = RenewalMetrics.Environment()
    metrics.add(
      TokenRenewer.Pass(
        completed: [CompletedRenewal(name: try Sample.name("crm"), outcome: outcome)], results: []))
    #expect(metrics.failures == kind.map { [$0: 1] } ?? [:])
  }
}
