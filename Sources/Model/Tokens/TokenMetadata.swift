/// Metadata of the stored tokens.
package struct TokenMetadata: Hashable, Sendable, Codable {
  /// The exchange that they came from.
  package var attempt: TokenAttempt
  /// Our time just before that exchange was sent: what lifetimes count from (RFC 6749 section 5.1).
  package var issuedAt: Timestamp
  package var expiry: TokenExpiry
  package var granted: Set<Scope>
  /// The scopes that a refresh removed from the previous grant.
  package var narrowed: Set<Scope>
  package var refresh: RefreshMetadata?
  /// When the service was last known to accept them.
  package var verifiedAt: Timestamp
  /// Seconds that the service's clock is ahead of ours, by its response's `Date`.
  package var skewSeconds: Int64?

  package init(
    attempt: TokenAttempt, issuedAt: Timestamp, expiry: TokenExpiry, granted: Set<Scope>,
    narrowed: Set<Scope> = [], refresh: RefreshMetadata? = nil, verifiedAt: Timestamp,
    skewSeconds: Int64? = nil
  ) {
    self.attempt = attempt
    self.issuedAt = issuedAt
    self.expiry = expiry
    self.granted = granted
    self.narrowed = narrowed
    self.refresh = refresh
    self.verifiedAt = verifiedAt
    self.skewSeconds = skewSeconds
  }
}

/// Metadata of the stored refresh token.
package struct RefreshMetadata: Hashable, Sendable, Codable {
  /// The time of consent.
  package var consentedAt: Timestamp
  /// When it was issued or last used.
  package var usedAt: Timestamp
  /// When it expires if unused; from the response, or from the service's rules.
  package var idleUntil: Timestamp?
  /// When it expires even if used.
  package var hardUntil: Timestamp?

  package init(
    consentedAt: Timestamp, usedAt: Timestamp, idleUntil: Timestamp? = nil,
    hardUntil: Timestamp? = nil
  ) {
    self.consentedAt = consentedAt
    self.usedAt = usedAt
    self.idleUntil = idleUntil
    self.hardUntil = hardUntil
  }

  package var endsAt: Timestamp? { [idleUntil, hardUntil].compactMap { $0 }.min() }
}

/// When an access token ends. Unknown is never treated as never.
package enum TokenExpiry: Hashable, Sendable, Codable {
  case at(Timestamp)
  case never
  case unknown

  package var time: Timestamp? {
    switch self {
    case .at(let time): time
    case .never, .unknown: nil
    }
  }
}
