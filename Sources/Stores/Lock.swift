package import Model

/// Who holds, or wants, a store's lock.
package struct LockHolder: Hashable, Sendable, Codable {
  /// A holder that gave no sign of life for so many seconds has lost the lock.
  package static let silence: Int64 = 60

  /// Random; tells two runs of one process id apart.
  package let token: String
  package let who: String
  package let host: String
  package let processID: Int32
  /// The process' start time as its system tells it, where it does: process ids are used again.
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
  /// Whether the lock may be taken from this holder: it was silent for too long as the candidate's
  /// clock tells, or it is a process of the candidate's host that lives no more.
  package func isGone(for candidate: LockHolder) -> Bool {
    if candidate.lastSeen.seconds(since: lastSeen) >= Self.silence { return true }
    return host == candidate.host
      && ProcessIdentity.isGone(processID, startedAt: processStart)
  }

  /// The same holder, with a later sign of life.
  package func seen(at now: Timestamp) -> LockHolder {
    LockHolder(
      token: token, who: who, host: host, processID: processID, processStart: processStart,
      since: since, lastSeen: now)
  }
}

package enum LockOutcome: Hashable, Sendable {
  case acquired
  /// Taken from a holder that was dead or silent.
  case takenOver(from: LockHolder)
  case held(by: LockHolder)
}
