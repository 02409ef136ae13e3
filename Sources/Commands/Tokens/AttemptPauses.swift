package import Model
package import Pacing
package import Renewing
import Synchronization

/// Pauses between one process' attempts at connections whose records cannot hold them off, because
/// no request was sent: the store is away, or the setup has no usable key.
package final class AttemptPauses: Sendable {
  package struct Pause: Sendable {
    /// By the runtime's elapsed time.
    fileprivate let end: Duration
    /// How the attempt before it ended.
    package let outcome: RenewalOutcome
    fileprivate let attempt: Int
  }

  private static let backoff = Backoff(first: 2, longest: 300, jitter: .half)

  private let pauses = Mutex<[ConnectionName: Pause]>([:])
  private let runtime: Runtime

  package init(_ runtime: Runtime) { self.runtime = runtime }

  /// The connection's pause; `nil` if it may be tried.
  package func pause(of name: ConnectionName) -> Pause? {
    let elapsed = runtime.elapsed()
    return pauses.withLock { $0[name] }.flatMap { $0.end > elapsed ? $0 : nil }
  }

  /// When the connection may be tried again; `nil` if it may be now.
  package func end(of name: ConnectionName) -> Timestamp? {
    pause(of: name).map {
      runtime.now() + Milliseconds(Int64(($0.end - runtime.elapsed()) / .milliseconds(1)))
    }
  }

  package func note(_ outcome: RenewalOutcome, of name: ConnectionName) {
    let (elapsed, fraction) = (runtime.elapsed(), runtime.random())
    pauses.withLock { pauses in
      switch outcome {
      // The record says when the next attempt is due.
      case .renewed, .adopted, .notDue, .waiting, .failed: pauses[name] = nil
      case .stopped, .needsAuthorization, .storeFailed, .unsaved:
        let attempt = pauses[name].map { $0.attempt + 1 } ?? 0
        let wait = Self.backoff.wait(attempt: attempt, fraction: fraction)
        pauses[name] = Pause(end: elapsed + wait, outcome: outcome, attempt: attempt)
      }
    }
  }
}
