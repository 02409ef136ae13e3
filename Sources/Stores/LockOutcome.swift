import Model

/// The result of one attempt to take a lock.
package enum LockOutcome: Hashable, Sendable {
  case acquired
  /// Taken from a holder that was dead or silent.
  case takenOver(from: LockHolder)
  case held(by: LockHolder)
}

extension LockOutcome {
  /// The only rule for taking a lock: it is free, the candidate's own, or its holder is gone.
  ///
  /// - Parameters:
  ///   - held: who holds the lock; `nil` if it is free.
  ///   - silent: a holder that is known to be gone, as long as it gives no further sign of life.
  package init(
    of candidate: LockHolder, over held: LockHolder?, silent: LockHolder? = nil
  ) {
    guard let held, held.token != candidate.token else {
      self = .acquired
      return
    }
    let isGone = held == silent || held.isGone(for: candidate)
    self = isGone ? .takenOver(from: held) : .held(by: held)
  }
}

extension LockHolder {
  /// Whether the lock may be taken from this holder: it was silent for too long by the candidate's
  /// clock, or it is a dead process of the candidate's host. A living process that is silent is gone
  /// too: it may hang.
  fileprivate func isGone(for candidate: LockHolder) -> Bool {
    if candidate.lastSeen.seconds(since: lastSeen) >= Self.silence { return true }
    return host == candidate.host
      && ProcessIdentity.isGone(processID, startedAt: processStart)
  }
}
