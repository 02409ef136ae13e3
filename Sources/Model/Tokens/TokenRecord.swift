/// What a store keeps about a connection's tokens, without the tokens themselves. It holds no
/// secret.
package struct TokenRecord: Hashable, Sendable, Codable {
  package var client: ClientIdentity
  package var grant: OAuthGrant
  /// The scopes that were requested when the current tokens were first obtained.
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
  /// The count in the store, which may have been edited there.
  private var countedAttempts: Int
  /// The earliest time of the next attempt; it also ends a stop.
  package var retryAt: Timestamp?
  /// The first of the refusals without a reason that nothing else has interrupted since.
  package var unexplainedSince: Timestamp?
  /// The last failures, the latest first; a success does not remove them.
  package var history: [TokenFailure]

  package static let keptFailures = 10
  private static let maxAttempts = 1_000_000

  private enum CodingKeys: String, CodingKey {
    case client, grant, requested, tokens, claim, stop, retryAt, unexplainedSince, history
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
    unexplainedSince = nil
    self.history = history
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
