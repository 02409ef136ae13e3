package import Model

/// Who holds, or wants, a store's lock.
package struct LockHolder: Hashable, Sendable, Codable {
  /// Seconds without a heartbeat after which the lock may be taken from its holder.
  package static let silence: Int64 = 60

  /// Random: two runs of one process id differ in it.
  package let token: String
  package let who: String
  package let host: String
  package let processID: Int32
  /// The process' start time by its system, where it has one: process ids are reused.
  package let processStart: String?
  package let since: Timestamp
  package let lastSeen: Timestamp

  package init(
    token: String, who: String, host: String, processID: Int32, processStart: String?,
    since: Timestamp, lastSeen: Timestamp
  ) {
    self.token = token
    self.who = who
    self.host = host
    self.processID = processID
    self.processStart = processStart
    self.since = since
    self.lastSeen = lastSeen
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

  /// The same holder, with a later heartbeat.
  package func seen(at now: Timestamp) -> LockHolder {
    LockHolder(
      token: token, who: who, host: host, processID: processID, processStart: processStart,
      since: since, lastSeen: now)
  }
}

/// The result of one attempt to take a lock.
package enum LockOutcome: Hashable, Sendable {
  case acquired
  /// Taken from a holder that was dead or silent.
  case takenOver(from: LockHolder)
  case held(by: LockHolder)
}

extension LockOutcome {
  /// The one rule of when a lock may be taken: it is free, the candidate's own, or its holder is gone.
  ///
  /// - Parameter held: who holds the lock; `nil` where nobody does.
  package init(of candidate: LockHolder, over held: LockHolder?) {
    guard let held, held.token != candidate.token else {
      self = .acquired
      return
    }
    self = held.isGone(for: candidate) ? .takenOver(from: held) : .held(by: held)
  }
}
