package import Model

/// The last take-over of a store's lock, as far as the store still shows it.
package struct LockTakeOver: Hashable, Sendable, Codable {
  /// Of the lock that was taken; another one each time.
  package let token: String
  package let who: String
  package let from: String
  package let at: Timestamp

  package init(token: String, who: String, from: String, at: Timestamp) {
    self.token = token
    self.who = who
    self.from = from
    self.at = at
  }
}

/// Shows take-overs in a store without a log.
package protocol TakeOverReader: Sendable {
  /// `nil` if the lock was last taken while it was free.
  func lastTakeOver() async throws(StoreError) -> LockTakeOver?
}
