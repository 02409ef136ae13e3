/// Why nothing more is tried automatically.
package enum TokenStop: Hashable, Sendable, Codable {
  /// A person must consent again.
  case consent(AuthorizationNeed)
  /// The client is misconfigured; another version of the connection lifts it.
  case configuration(code: String, at: StoreVersion)
}

/// Why a person must consent.
package enum AuthorizationNeed: Hashable, Sendable, Codable {
  /// The service's code.
  case refused(code: String)
  /// The service refused and did not say why.
  case unspecified
  /// The response to a refresh was lost, and with it the only valid refresh token.
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
