/// One exchange with a service, by a random name.
package struct TokenAttempt: OpenName {
  package let rawValue: String
  package init(_ rawValue: String) { self.rawValue = rawValue }
}

/// An intent that is written before the service is called.
package struct TokenClaim: Hashable, Sendable, Codable {
  package let attempt: TokenAttempt
  /// `user@host`, and the process.
  package let holder: String
  /// No other process calls the service before this.
  package let deadline: Timestamp
  /// Of the refresh token that is presented, under the store's key; `nil` where none is.
  package let refreshDigest: KeyedDigest?
  /// Whether an earlier claim of the same refresh token ended in doubt.
  package let priorAttemptUnresolved: Bool

  package init(
    attempt: TokenAttempt, holder: String, deadline: Timestamp, refreshDigest: KeyedDigest?,
    priorAttemptUnresolved: Bool = false
  ) {
    self.attempt = attempt
    self.holder = holder
    self.deadline = deadline
    self.refreshDigest = refreshDigest
    self.priorAttemptUnresolved = priorAttemptUnresolved
  }

  package func isActive(at now: Timestamp) -> Bool { now < deadline }

  /// As stores have it.
  private enum CodingKeys: String, CodingKey {
    case attempt, holder, deadline, refreshDigest
    case priorAttemptUnresolved = "followsDoubt"
  }
}
