package import Model

/// The result of renewing one connection's tokens.
package struct RenewalRow: Hashable, Sendable {
  package enum Outcome: String, Hashable, Sendable {
    case renewed
    /// Another process renewed them in the meantime.
    case adopted = "renewed by another process"
    case waiting
    case needsAuthorization = "needs authorization"
    case failed
  }

  package let name: ConnectionName
  /// `nil` for the base alone.
  package var environment: String?
  package let result: Outcome
  /// When the new access token ends; `nil` if it does not, or there is none.
  package let endsAt: Timestamp?
  /// Why there is no new token.
  package let reason: String?
  /// When it is tried again; `nil` if that is not known.
  package let nextAttemptAt: Timestamp?

  package init(
    name: ConnectionName, environment: String? = nil, result: Outcome, endsAt: Timestamp? = nil,
    reason: String? = nil, nextAttemptAt: Timestamp? = nil
  ) {
    self.name = name
    self.environment = environment
    self.result = result
    self.endsAt = endsAt
    self.reason = reason
    self.nextAttemptAt = nextAttemptAt
  }
}
