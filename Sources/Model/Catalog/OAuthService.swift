/// How a setup obtains tokens.
package enum OAuthGrant: String, Hashable, Sendable, Codable, CaseIterable {
  /// RFC 6749 section 4.4: minted from the client's own credentials, again and again.
  case clientCredentials = "client_credentials"
  /// RFC 6749 section 4.1, or RFC 8628 on a device: a person consents once, then it is refreshed.
  case authorizationCode = "authorization_code"
  /// RFC 7523 section 2.1: minted from an assertion that the setup's private key signs.
  case jwtBearer = "jwt_bearer"

  /// Whether a first token, or one for other scopes, needs somebody's consent.
  package var needsPerson: Bool {
    switch self {
    case .clientCredentials, .jwtBearer: false
    case .authorizationCode: true
    }
  }
}

/// What is known of a service's OAuth 2 side: facts, as the service's documentation has them.
/// What is not known is absent, never guessed.
package struct OAuthService: Hashable, Sendable {
  package var authorizationEndpoint: EndpointTemplate?
  package var tokenEndpoint: EndpointTemplate
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

  package init(
    authorization: EndpointTemplate? = nil, token: EndpointTemplate,
    device: EndpointTemplate? = nil, revocation: EndpointTemplate? = nil,
    introspection: EndpointTemplate? = nil, authorizationParameters: [String: String] = [:],
    clientAuthentication: ClientAuthentication = .basic, pkce: PKCE = .unknown,
    scopes: ScopeRules = ScopeRules(), refresh: RefreshRules = RefreshRules(),
    lifetime: AccessLifetime = AccessLifetime()
  ) {
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
  }

  package var endpoints: [EndpointTemplate] {
    [tokenEndpoint]
      + [authorizationEndpoint, deviceEndpoint, revocationEndpoint, introspectionEndpoint]
      .compactMap { $0 }
  }
}

/// How a client authenticates at the token endpoint (RFC 6749 section 2.3, RFC 7523 section 2.2).
package enum ClientAuthentication: String, Hashable, Sendable, CaseIterable {
  case basic, post
  case privateKeyJWT = "private_key_jwt"
  /// A public client: its id alone.
  case none
}

/// Whether an authorization request may carry a code challenge (RFC 7636); always S256. Where it is
/// not known, it is sent: a server ignores what it does not know (RFC 6749 section 3.1).
package enum PKCE: String, Hashable, Sendable, CaseIterable {
  case required, supported, unsupported, unknown
}

/// What happens to a refresh token when it is used.
package struct RefreshRules: Hashable, Sendable {
  package enum Rotation: String, Hashable, Sendable, CaseIterable {
    /// Each refresh gives a new one, and the old one becomes invalid.
    case always
    case never
    /// Depends on the client's configuration at the service.
    case optional
    /// There are no refresh tokens.
    case none
    case unknown
  }

  package var rotation: Rotation
  /// Seconds in which a used refresh token can be used once more.
  package var graceSeconds: Int64
  /// Seconds after which an unused refresh token expires.
  package var idleSeconds: Int64?
  /// The scope that must have been granted for a use to extend `idleSeconds`; `nil` where every use
  /// does. Without that scope they are counted from the consent.
  package var idleRenewedBy: Scope?
  /// Seconds after the consent at which a refresh token expires, used or not.
  package var hardSeconds: Int64?
  /// Error codes by which the service says `invalid_grant` in its own words.
  package var invalidGrantCodes: Set<String>
  /// Whether revoking one token ends others that the same client was given.
  package var revocationEndsOthers: Bool

  package init(
    rotation: Rotation = .unknown, graceSeconds: Int64 = 0, idleSeconds: Int64? = nil,
    idleRenewedBy: Scope? = nil, hardSeconds: Int64? = nil, invalidGrantCodes: Set<String> = [],
    revocationEndsOthers: Bool = false
  ) {
    self.rotation = rotation
    self.graceSeconds = graceSeconds
    self.idleSeconds = idleSeconds
    self.idleRenewedBy = idleRenewedBy
    self.hardSeconds = hardSeconds
    self.invalidGrantCodes = invalidGrantCodes
    self.revocationEndsOthers = revocationEndsOthers
  }

  /// Whether presenting a used refresh token again may look like theft.
  package var mayRotate: Bool {
    switch rotation {
    case .always, .optional, .unknown: true
    case .never, .none: false
    }
  }
}

/// How long access tokens last if a response does not say it.
package struct AccessLifetime: Hashable, Sendable {
  package enum Assumed: Hashable, Sendable {
    case seconds(Int64)
    case forever
    case unknown
  }

  /// What `expires_in: 0` means: the services differ.
  package enum Zero: String, Hashable, Sendable, CaseIterable { case never, expired }

  package var assumed: Assumed
  package var zero: Zero

  package init(_ assumed: Assumed = .unknown, zero: Zero = .expired) {
    self.assumed = assumed
    self.zero = zero
  }
}

/// An endpoint's URL, in which `{field}` stands for that field of the setup.
package struct EndpointTemplate: Hashable, Sendable, ExpressibleByStringLiteral {
  package let text: String

  package init(_ text: String) { self.text = text }
  package init(stringLiteral text: String) { self.init(text) }

  /// The fields that it is filled with, in its order.
  package var fields: [FieldName] {
    text.split(separator: "{").compactMap { part in
      part.firstIndex(of: "}").map { FieldName(String(part[..<$0])) }
    }
  }

  /// `nil` where a field has no value.
  package func filled(with value: (FieldName) -> String?) -> String? {
    var url = text
    for field in fields {
      guard let value = value(field), !value.isEmpty else { return nil }
      url = url.replacing("{\(field)}", with: value)
    }
    return url
  }
}
