package import Model

/// Who holds, or wants, a store's lock.
package struct LockHolder: Hashable, Sendable, Codable {
  /// Seconds without a heartbeat after which the lock may be taken from its holder.
  package static let silence: Int64 = 60

  /// Random, to distinguish two runs with the same process id.
  package let token: String
  package let who: String
  package let host: String
  package let processID: Int32
  /// The process' start time by its system, if it has one: process ids are reused.
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
  /// The same holder, with a later heartbeat.
  package func seen(at now: Timestamp) -> LockHolder {
    LockHolder(
      token: token, who: who, host: host, processID: processID, processStart: processStart,
      since: since, lastSeen: now)
  }
}
