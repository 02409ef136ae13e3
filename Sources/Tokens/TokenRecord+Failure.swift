package import Model
import Pacing

extension TokenRecord {
  /// The number of refusals without a reason, and the seconds between the first and the last, after
  /// which a person is asked: a weekend with a broken gateway costs no consent.
  package static let unexplainedLimit = 3
  package static let unexplainedSeconds: Int64 = 3 * 86_400

  /// Waits between attempts, in seconds; and those after a stop, for what may be put right at the
  /// service without a word to us.
  private static let backoff = Backoff(first: 2, longest: 300, jitter: .half)
  private static let stoppedBackoff = Backoff(first: 600, longest: 21_600, jitter: .half)

  /// The record after a failed attempt; the tokens always stay.
  ///
  /// - Parameters:
  ///   - rules: the service's, for refresh tokens.
  ///   - version: the connection's, which identifies a wrong setup.
  ///   - fraction: random, from 0 up to 1.
  package func failed(
    _ fault: TokenError, _ rules: RefreshRules, at now: Timestamp, version: StoreVersion,
    fraction: Double
  ) -> TokenRecord {
    var next = self
    next.attempts += 1
    let failure = TokenFailure(
      at: now, reason: fault.summary, isUnexplained: fault.isUnexplained)
    next.history = Array(([failure] + history).prefix(Self.keptFailures))
    next.retryAt = nil
    next.stop = nil
    next.unexplainedSince = fault.isUnexplained ? unexplainedSince ?? now : nil
    let wasInDoubt = claim?.priorAttemptUnresolved ?? false
    switch fault {
    case .consent(let need) where grant.needsPerson:
      next.stop = .consent(wasInDoubt ? .answerLost : explained(need, rules, at: now))
      next.claim = nil
    case .consent, .configuration, .local:
      next.stop = .misconfigured(fault.obstacle, at: version)
      next.retryAt = now + wait(Self.stoppedBackoff, fraction)
      next.claim = nil
    case .unspecified(let seen) where grant.needsPerson && next.isUnexplainedForLong(at: now):
      // The refresh token may still be valid, so it is presented now and then all the same.
      next.stop = .consent(wasInDoubt ? .answerLost : .unspecified(seen: seen))
      next.retryAt = now + wait(Self.stoppedBackoff, fraction)
      next.claim = nil
    case .transient, .unspecified, .responseLost, .authorizationPending, .slowDown,
      .interrupted:
      let retry = now + wait(asked: fault.retryAfter, fraction, at: now)
      // The claim of a refresh token that may be spent stays: the next attempt must know. What a busy service
      // says of it says nothing about an earlier attempt.
      let isInDoubt = wasInDoubt || (fault.isResponseLost && claim?.refreshDigest != nil)
      next.claim = isInDoubt ? claim : nil
      next.retryAt = max(retry, next.claim?.deadline ?? retry)
    }
    return next
  }

  private func explained(
    _ need: AuthorizationNeed, _ rules: RefreshRules, at now: Timestamp
  ) -> AuthorizationNeed {
    guard case .refused(let code, _) = need, let seconds = rules.testingSeconds,
      let tokens, let consent = tokens.refresh?.consentedAt,
      rules.endsTesting(after: tokens.serviceTime(at: now).seconds(since: consent))
    else { return need }
    return .refused(code: code, testingDays: Int(seconds / 86_400))
  }

  private func isUnexplainedForLong(at now: Timestamp) -> Bool {
    let inARow = history.prefix(attempts).prefix(while: \.isUnexplained).count
    guard inARow >= Self.unexplainedLimit, let since = unexplainedSince else { return false }
    return now.seconds(since: since) >= Self.unexplainedSeconds
  }

  /// Random within a window that doubles with each attempt.
  private func wait(_ backoff: Backoff, _ fraction: Double) -> Milliseconds {
    let wait = backoff.wait(attempt: attempts, fraction: fraction)
    return Milliseconds(Int64(wait / .milliseconds(1)))
  }

  /// The backoff, plus what the service asks for, but no longer than the token lasts: a service that asks for a day
  /// may be back in a minute. Up to a fifth is random, so that not all clients return at once.
  private func wait(
    asked: Seconds, _ fraction: Double, at now: Timestamp
  ) -> Milliseconds {
    let wait = wait(Self.backoff, fraction)
    if asked <= 0 { return wait }
    func part(of wait: Milliseconds) -> Milliseconds {
      Milliseconds(Int64(Double(wait.count) * fraction / 5))
    }
    let whole = wait + asked.milliseconds + part(of: asked.milliseconds)
    guard let longest = longestWait(at: now), whole > longest else { return whole }
    let earlier = longest - part(of: longest)
    return asked.milliseconds < longest ? max(earlier, asked.milliseconds) : earlier
  }

  /// Until shortly before the token's end, and after that five minutes at least; `nil` for a token that does not
  /// end.
  private func longestWait(at now: Timestamp) -> Milliseconds? {
    switch tokens?.expiry {
    case .never: return nil
    case .unknown, nil: return Self.overdueWait
    case .at(let end):
      let left = (tokens?.localTime(of: end, at: now) ?? end).adding(seconds: -60) - now
      return left >= Self.shortestWait ? left : Self.overdueWait
    }
  }

  private static let shortestWait: Milliseconds = 30_000
  /// Of which up to a fifth is left out.
  private static let overdueWait: Milliseconds = 375_000
}

extension TokenError {
  fileprivate var isUnexplained: Bool { if case .unspecified = self { true } else { false } }

  fileprivate var isResponseLost: Bool { if case .responseLost = self { true } else { false } }

  /// What the service asks for.
  fileprivate var retryAfter: Seconds {
    if case .transient(_, let seconds?) = self { Seconds(seconds) } else { 0 }
  }

  /// What stops a client that acts for itself: it has nobody's consent to lose.
  fileprivate var obstacle: RenewalObstacle {
    switch self {
    case .consent(.refused(let code, _)), .configuration(let code): .refused(code: code)
    case .consent, .local, .transient, .unspecified, .responseLost, .authorizationPending,
      .slowDown, .interrupted:
      .local(summary)
    }
  }
}
