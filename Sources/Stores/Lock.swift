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

package enum LockOutcome: Hashable, Sendable {
  case acquired
  /// Taken from a holder that was dead or silent.
  case takenOver(from: LockHolder)
  case held(by: LockHolder)
}
