package import Model
package import Stores
package import Tokens

/// How an authorization ended.
package enum AuthorizationOutcome: Hashable, Sendable {
  case authorized(TokenRecord)
  case refused(TokenError)
  case storeFailed(StoreError)
  /// The service issued tokens that the store did not accept: they are in the journal or lost.
  case unsaved(String, Journaling)
}
