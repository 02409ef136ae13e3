/// An endpoint, by its member in a service's metadata (RFC 8414 section 2, RFC 8628 section 4).
package enum OAuthEndpoint: String, Hashable, Sendable, CaseIterable {
  case authorization = "authorization_endpoint"
  case token = "token_endpoint"
  case device = "device_authorization_endpoint"
  case revocation = "revocation_endpoint"
  case introspection = "introspection_endpoint"
}

extension OAuthService {
  package subscript(endpoint: OAuthEndpoint) -> EndpointTemplate? {
    get {
      switch endpoint {
      case .authorization: authorizationEndpoint
      case .token: tokenEndpoint
      case .device: deviceEndpoint
      case .revocation: revocationEndpoint
      case .introspection: introspectionEndpoint
      }
    }
    set {
      switch endpoint {
      case .authorization: authorizationEndpoint = newValue
      case .token: tokenEndpoint = newValue
      case .device: deviceEndpoint = newValue
      case .revocation: revocationEndpoint = newValue
      case .introspection: introspectionEndpoint = newValue
      }
    }
  }

  /// The service with the endpoints that its issuer named when the connection was applied; those that are
  /// configured stay.
  package func filled(from destinations: Set<Destination>) -> OAuthService {
    if issuer == nil { return self }
    var service = self
    for case let (endpoint, url)? in destinations.map(\.endpoint) where service[endpoint] == nil {
      service[endpoint] = EndpointTemplate(url)
    }
    return service
  }

  /// The destinations that endpoints of its issuer's metadata add to a connection: each by itself, since a
  /// host may serve many, and its host.
  package func destinations(of found: [OAuthEndpoint: String]) -> Set<Destination> {
    var destinations: Set<Destination> = []
    for (endpoint, url) in found where self[endpoint] == nil {
      destinations.insert(Destination(endpoint, at: url))
      if let host = Destination(url: url) { destinations.insert(host) }
    }
    return destinations
  }
}
