/// Facts about a service's OAuth 2 endpoints, from the service's documentation. What is unknown is
/// absent, never guessed.
package struct OAuthService: Hashable, Sendable {
  package var authorizationEndpoint: EndpointTemplate?
  /// `nil` if the issuer's metadata names it.
  package var tokenEndpoint: EndpointTemplate?
  /// RFC 8628 section 3.1.
  package var deviceEndpoint: EndpointTemplate?
  /// RFC 7009.
  package var revocationEndpoint: EndpointTemplate?
  /// RFC 7662.
  package var introspectionEndpoint: EndpointTemplate?
  /// More parameters of an authorization request.
  package var authorizationParameters: [String: String]
  package var clientAuthentication: ClientAuthentication
  package var pkce: PKCE
  package var scopes: ScopeRules
  package var refresh: RefreshRules
  package var lifetime: AccessLifetime
  /// A file (PEM) of certificate authorities that its servers' certificates may be signed by, besides
  /// those of the machine; absolute, or relative to the project's root.
  package var authorities: String?
  /// The URL whose metadata names the endpoints that are not configured (RFC 8414, OpenID Connect
  /// Discovery); `nil` if nothing is discovered.
  package var issuer: String?

  package init(
    authorization: EndpointTemplate? = nil, token: EndpointTemplate?,
    device: EndpointTemplate? = nil, revocation: EndpointTemplate? = nil,
    introspection: EndpointTemplate? = nil, authorizationParameters: [String: String] = [:],
    clientAuthentication: ClientAuthentication = .basic, pkce: PKCE = .unknown,
    scopes: ScopeRules = ScopeRules(), refresh: RefreshRules = RefreshRules(),
    lifetime: AccessLifetime = AccessLifetime(), authorities: String? = nil,
    issuer: String? = nil
  ) {
    self.issuer = issuer
    authorizationEndpoint = authorization
    tokenEndpoint = token
    deviceEndpoint = device
    revocationEndpoint = revocation
    introspectionEndpoint = introspection
    self.authorizationParameters = authorizationParameters
    self.clientAuthentication = clientAuthentication
    self.pkce = pkce
    self.scopes = scopes
    self.refresh = refresh
    self.lifetime = lifetime
    self.authorities = authorities
  }

  package var endpoints: [EndpointTemplate] {
    OAuthEndpoint.allCases.compactMap { self[$0] }
  }
}

/// How a client authenticates at the token endpoint (RFC 6749 section 2.3, RFC 7523 section 2.2).
package enum ClientAuthentication: String, Hashable, Sendable, CaseIterable {
  case basic, post
  case privateKeyJWT = "private_key_jwt"
  /// A public client: its id alone.
  case none
}

/// Whether an authorization request may carry a code challenge (RFC 7636); always S256. If it is
/// not known, it is sent: a server ignores what it does not know (RFC 6749 section 3.1).
package enum PKCE: String, Hashable, Sendable, CaseIterable {
  case required, supported, unsupported, unknown
}
