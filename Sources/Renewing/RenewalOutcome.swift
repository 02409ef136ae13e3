package import Model
package import Stores

/// How the renewal of one connection ended.
package enum RenewalOutcome: Hashable, Sendable {
  /// A new token is in the store.
  case renewed(TokenRecord)
  /// Another process renewed it in the meantime.
  case adopted(TokenRecord)
  /// It is valid until then.
  case notDue(until: Timestamp?)
  case waiting(until: Timestamp)
  case needsAuthorization(AuthorizationNeed)
  /// The setup must be fixed.
  case stopped(RenewalObstacle)
  /// It is retried at that time; `nil`: a signal ended it before its request, and the next run does it.
  case failed(String, retryAt: Timestamp?)
  case storeFailed(StoreError)
  /// The service issued tokens that the store did not accept: they are in the journal or lost.
  case unsaved(String, Journaling)

  /// Whether another attempt ended in the same way, whenever the next one is.
  package func isSame(as other: RenewalOutcome) -> Bool {
    if case .waiting = self, case .waiting = other { return true }
    if case .failed(let reason, _) = self, case .failed(let otherReason, _) = other {
      return reason == otherReason
    }
    return self == other
  }
}
