package import Model
package import Tokens

/// How a revocation at a service ended.
package enum Revocation: Hashable, Sendable {
  case revoked
  /// Another connection has the same token, which remains valid.
  case shared(with: ConnectionName)
  case failed(TokenError)
}
