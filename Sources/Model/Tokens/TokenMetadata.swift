/// Metadata of the stored tokens; its times are the service's.
package struct TokenMetadata: Hashable, Sendable, Codable {
  /// The exchange that they came from.
  package var attempt: TokenAttempt
  /// Just before that exchange was sent: what lifetimes count from (RFC 6749 section 5.1).
  package var issuedAt: Timestamp
  package var expiry: TokenExpiry
  package var granted: Set<Scope>
  /// The scopes that a refresh removed from the previous grant.
  package var narrowed: Set<Scope>
  package var refresh: RefreshMetadata?
  /// When the service was last known to accept them.
  package var verifiedAt: Timestamp
  /// Seconds that the service's clock was ahead of this store's, by its response's `Date`.
  package var skewSeconds: Int64?

  /// The keys in stores. What earlier versions wrote as `skewSeconds` belongs to times by our clock.
  private enum CodingKeys: String, CodingKey {
    case attempt, issuedAt, expiry, granted, narrowed, refresh, verifiedAt
    case skewSeconds = "serviceSkewSeconds"
  }

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

extension TokenMetadata {
  /// From our time to the service's.
  private func offset(at now: Timestamp) -> Milliseconds {
    clockWasSetBack(at: now) ? 0 : skew
  }

  private var skew: Milliseconds { Seconds(skewSeconds ?? 0).milliseconds }

  /// Whether our clock was set back since the tokens were issued, so that the difference that was measured then
  /// does not hold any more. This is seen for as long as that difference only.
  package func clockWasSetBack(at now: Timestamp) -> Bool {
    skewSeconds != nil && now + skew < issuedAt.adding(seconds: -5)
  }

  /// The service's time, by which the times here are.
  package func serviceTime(at now: Timestamp) -> Timestamp { now + offset(at: now) }

  /// A time of these in our time.
  package func localTime(of time: Timestamp, at now: Timestamp) -> Timestamp {
    time - offset(at: now)
  }

  /// The lifetime in seconds, if it is too short to renew the token in time; may be negative.
  package var shortLifetime: Int64? {
    guard let seconds = expiry.time?.seconds(since: issuedAt),
      seconds < RenewalRule.shortestLifetime
    else { return nil }
    return seconds
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
