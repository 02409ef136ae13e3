/// The random name of one exchange with a service.
package struct TokenAttempt: OpenName {
  package let rawValue: String
  package init(_ rawValue: String) { self.rawValue = rawValue }
}

/// An intent that is written before the service is called.
package struct TokenClaim: Hashable, Sendable, Codable {
  /// How long it lasts.
  package static let seconds: Int64 = 45
  /// How much the clocks of two holders may differ.
  private static let skewSeconds: Int64 = 60

  package let attempt: TokenAttempt
  /// `user@host`, and the process.
  package let holder: String
  /// No other process calls the service before this.
  package let deadline: Timestamp
  /// Digest of the presented refresh token, under the store's key; `nil` if none is presented.
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

  /// The same claim, with the digest by another key.
  package func presenting(_ digest: KeyedDigest) -> TokenClaim {
    TokenClaim(
      attempt: attempt, holder: holder, deadline: deadline, refreshDigest: digest,
      priorAttemptUnresolved: priorAttemptUnresolved)
  }

  /// One that ends later than any could was written by a clock that was ahead, and is not respected until then.
  package func isActive(at now: Timestamp) -> Bool {
    now < deadline && deadline <= now.adding(seconds: Self.seconds + Self.skewSeconds)
  }

  /// The keys in stores.
  private enum CodingKeys: String, CodingKey {
    case attempt, holder, deadline, refreshDigest
    case priorAttemptUnresolved = "followsDoubt"
  }
}
