package import Model
import Pacing

extension TokenRecord {
  /// The number of refusals without a reason after which retrying stops.
  package static let unexplainedLimit = 3

  /// The record after a failed attempt; the tokens always stay.
  ///
  /// - Parameters:
  ///   - version: the connection's, which identifies a wrong setup.
  ///   - fraction: random, from 0 up to 1.
  package func failed(
    _ fault: TokenError, at now: Timestamp, version: StoreVersion, fraction: Double
  ) -> TokenRecord {
    var next = self
    next.attempts += 1
    let failure = TokenFailure(
      at: now, reason: fault.summary, isUnexplained: fault.isUnexplained)
    next.history = Array(([failure] + history).prefix(Self.keptFailures))
    next.retryAt = nil
    let wasInDoubt = claim?.priorAttemptUnresolved ?? false
    switch fault {
    case .consent(let need):
      next.stop = .consent(wasInDoubt ? .answerLost : need)
      next.claim = nil
    case .configuration(let code):
      next.stop = .configuration(code: code, at: version)
      next.claim = nil
    case .unspecified where next.unexplainedInARow >= Self.unexplainedLimit:
      next.stop =
        grant.needsPerson
        ? .consent(wasInDoubt ? .answerLost : .unspecified)
        : .configuration(code: "unspecified", at: version)
      next.claim = nil
    case .responseLost where claim?.refreshDigest != nil:
      // The claim stays: its refresh token may be spent, and the next attempt must know.
      break
    case .transient(_, let retryAfter):
      next.retryAt = now + wait(fraction, atLeast: Seconds(retryAfter ?? 0))
      next.claim = nil
    case .unspecified, .responseLost, .authorizationPending, .slowDown:
      next.retryAt = now + wait(fraction, atLeast: 0)
      next.claim = nil
    }
    return next
  }

  private var unexplainedInARow: Int {
    history.prefix(attempts).prefix(while: \.isUnexplained).count
  }

  /// Full jitter over a window that doubles from two seconds to five minutes, plus
  /// what the service asks for, so that not all clients return at once.
  private func wait(_ fraction: Double, atLeast least: Seconds) -> Milliseconds {
    let wait = Backoff(first: 2, longest: 300).wait(attempt: attempts, fraction: fraction)
    return least.milliseconds + Milliseconds(Int64(wait / .milliseconds(1)))
  }
}

extension TokenError {
  fileprivate var isUnexplained: Bool { if case .unspecified = self { true } else { false } }
}
