package import Diagnostics
import Pacing

/// The time for which a command that runs for long cannot use its store: one report when it begins, or
/// has another cause, and one when it is over.
package struct StoreAbsence: Sendable {
  private static let backoff = Backoff(first: 1, longest: 60, jitter: .half)

  private var failures = 0
  private let conditions = ReportedConditions()

  package init() {}

  /// - Parameter fraction: random, from 0 up to 1.
  /// - Returns: what is to be reported, and how long to wait before the next look.
  package mutating func failed(
    _ diagnostics: [Diagnostic], fraction: Double
  ) -> (new: [Diagnostic], pause: Duration) {
    defer { failures += 1 }
    return (
      conditions.new(among: diagnostics),
      Self.backoff.wait(attempt: failures, fraction: fraction)
    )
  }

  /// The store was used.
  ///
  /// - Returns: how many looks in a row had failed.
  package mutating func ended() -> Int {
    defer { failures = 0 }
    if failures > 0 { _ = conditions.new(among: []) }
    return failures
  }
}
