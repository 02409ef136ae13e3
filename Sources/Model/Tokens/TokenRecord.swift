/// What a store keeps about a connection's tokens, beside the tokens themselves. No secret is in it.
package struct TokenRecord: Hashable, Sendable, Codable {
  package var client: ClientIdentity
  package var grant: OAuthGrant
  /// What was asked for when the present tokens were first obtained.
  package var requested: Set<Scope>
  /// `nil` before the first token.
  package var tokens: TokenMetadata?
  /// A process is about to call the service, or was and has died.
  package var claim: TokenClaim?
  /// Why nothing more is tried without a person.
  package var stop: TokenStop?
  /// Failures in a row since the last success.
  package var attempts: Int {
    get { min(max(countedAttempts, 0), Self.maxAttempts) }
    set { countedAttempts = newValue }
  }
  /// As the store has it, where somebody can have edited it.
  private var countedAttempts: Int
  /// When the next attempt is sensible.
  package var retryAt: Timestamp?
  /// The last failures, the latest first; a success does not remove them.
  package var history: [TokenFailure]

  package static let keptFailures = 10
  private static let maxAttempts = 1_000_000

  private enum CodingKeys: String, CodingKey {
    case client, grant, requested, tokens, claim, stop, retryAt, history
    case countedAttempts = "attempts"
  }

  package init(
    client: ClientIdentity, grant: OAuthGrant, requested: Set<Scope>, tokens: TokenMetadata? = nil,
    claim: TokenClaim? = nil, stop: TokenStop? = nil, attempts: Int = 0,
    retryAt: Timestamp? = nil, history: [TokenFailure] = []
  ) {
    self.client = client
    self.grant = grant
    self.requested = requested
    self.tokens = tokens
    self.claim = claim
    self.stop = stop
    countedAttempts = attempts
    self.retryAt = retryAt
    self.history = history
  }
}

/// Which client tokens were given to: they are of no use to another one.
package struct ClientIdentity: Hashable, Sendable, Codable {
  package let id: String
  /// SHA-256 of the client's configuration without its secret, in hex.
  package let digest: String

  package init(id: String, digest: String) {
    self.id = id
    self.digest = digest
  }
}

/// Metadata of the stored tokens.
package struct TokenMetadata: Hashable, Sendable, Codable {
  /// The exchange that they came from.
  package var attempt: TokenAttempt
  /// Our time just before that exchange was sent: what lifetimes count from (RFC 6749 section 5.1).
  package var issuedAt: Timestamp
  package var expiry: TokenExpiry
  package var granted: Set<Scope>
  /// What a refresh took away, against the grant before it.
  package var narrowed: Set<Scope>
  package var refresh: RefreshMetadata?
  /// When the service was last seen to take them.
  package var verifiedAt: Timestamp
  /// Seconds that the service's clock is ahead of ours, by its answer's `Date`.
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

/// What is known of a kept refresh token.
package struct RefreshMetadata: Hashable, Sendable, Codable {
  /// When somebody consented.
  package var consentedAt: Timestamp
  /// When it was given or last used.
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

/// When an access token ends. Unknown is never taken for never.
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

/// Why nothing more is tried automatically.
package enum TokenStop: Hashable, Sendable, Codable {
  /// A person must consent again.
  case consent(AuthorizationNeed)
  /// The client is set up wrongly; another version of the connection lifts it.
  case configuration(code: String, at: StoreVersion)
}

/// Why a person must consent.
package enum AuthorizationNeed: Hashable, Sendable, Codable {
  /// The service's code.
  case refused(code: String)
  /// The service refused and did not say why.
  case unspecified
  /// The answer to a refresh was lost, and with it the only good refresh token.
  case answerLost
  case clientChanged
  case scopesChanged
  case refreshTokenEnded
  case noRefreshToken
  case revoked

  package var summary: String {
    switch self {
    case .refused(let code): "the service reports `\(code)`"
    case .unspecified: "the service refuses without giving a reason (unspecified)"
    case .answerLost: "the response to a refresh was lost, and the new token with it"
    case .clientChanged: "the client changed, and tokens belong to one client"
    case .scopesChanged: "the declared scopes changed since consent"
    case .refreshTokenEnded: "the refresh token has expired"
    case .noRefreshToken: "the service issued no refresh token"
    case .revoked: "it was revoked"
    }
  }
}

/// One failed attempt.
package struct TokenFailure: Hashable, Sendable, Codable {
  package let at: Timestamp
  /// For people, redacted.
  package let reason: String
  /// A refusal for which the service gave no reason.
  package let isUnexplained: Bool

  package init(at: Timestamp, reason: String, isUnexplained: Bool = false) {
    self.at = at
    self.reason = reason
    self.isUnexplained = isUnexplained
  }
}
