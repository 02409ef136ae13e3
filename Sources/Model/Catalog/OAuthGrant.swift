/// How a setup obtains tokens.
package enum OAuthGrant: String, Hashable, Sendable, Codable, CaseIterable {
  /// RFC 6749 section 4.4: minted from the client's own credentials, again and again.
  case clientCredentials = "client_credentials"
  /// RFC 6749 section 4.1, or RFC 8628 on a device: a person consents once, then it is refreshed.
  case authorizationCode = "authorization_code"
  /// RFC 7523 section 2.1: minted from an assertion that the setup's private key signs.
  case jwtBearer = "jwt_bearer"

  /// Whether a first token, or one for other scopes, needs a person's consent.
  package var needsPerson: Bool {
    switch self {
    case .clientCredentials, .jwtBearer: false
    case .authorizationCode: true
    }
  }
}
