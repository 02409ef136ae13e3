import FoundationEssentials
package import HTTP
package import Model

/// The endpoints that an issuer's metadata names (RFC 8414; OpenID Connect Discovery 1.0 section 4).
package struct IssuerMetadata: Hashable, Sendable {
  /// Without those that it does not name; the token endpoint is always there.
  package let endpoints: [OAuthEndpoint: String]

  package enum Fault: Error, Hashable, Sendable {
    case unreachable(String)
    /// No redirect is followed: it could lead to another issuer.
    case redirected
    case refused(status: Int)
    case notMetadata
    /// RFC 8414 section 3.3: the metadata must not be used.
    case otherIssuer
    case noTokenEndpoint
    /// Not `https`, nor plain `http` on this machine; or not an address alone.
    case unusable(OAuthEndpoint)
  }

  /// Fetches the metadata; nothing that is secret is sent.
  ///
  /// - Parameter issuer: a URL without query and fragment.
  package static func fetched(
    from issuer: String, over http: any HTTPTransport, authorities: String?
  ) async throws(Fault) -> IssuerMetadata {
    var last = Fault.notMetadata
    for address in addresses(of: issuer) {
      let response: HTTPResponse
      do throws(HTTPFailure) {
        response = try await http.send(
          HTTPRequest(
            .get, address, headers: [("Accept", "application/json")], authorities: authorities))
      } catch {
        throw .unreachable(error.reason)
      }
      switch response.status {
      case 200: return try IssuerMetadata(response.body, of: issuer)
      case 300..<400: throw .redirected
      // A service has one of the two.
      case 400..<500: last = .refused(status: response.status)
      default: throw .refused(status: response.status)
      }
    }
    throw last
  }

  /// RFC 8414 section 3.1 puts its part between host and path; OpenID Connect, at the end.
  static func addresses(of issuer: String) -> [String] {
    let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
    let start = base.firstRange(of: "://")?.upperBound ?? base.startIndex
    let path = base[start...].firstIndex(of: "/") ?? base.endIndex
    return [
      "\(base[..<path])/.well-known/oauth-authorization-server\(base[path...])",
      "\(base)/.well-known/openid-configuration",
    ]
  }

  /// - Parameter issuer: as it is configured; the metadata must name the same one, character by character.
  init(_ body: [UInt8], of issuer: String) throws(Fault) {
    guard let value = ResponseValue.read(body), let named = value["issuer"]?.plainText else {
      throw .notMetadata
    }
    guard named == issuer else { throw .otherIssuer }
    var endpoints: [OAuthEndpoint: String] = [:]
    for endpoint in OAuthEndpoint.allCases {
      guard let member = value[endpoint.rawValue] else { continue }
      guard let url = member.plainText, url.isDiscoverableURL else { throw .unusable(endpoint) }
      endpoints[endpoint] = url
    }
    if endpoints[.token] == nil { throw .noTokenEndpoint }
    self.endpoints = endpoints
  }
}

extension String {
  /// Printable ASCII without braces, which would be fields of a template.
  fileprivate var isDiscoverableURL: Bool {
    utf8.count <= 2048
      && utf8.allSatisfy { (0x21...0x7E).contains($0) && !"{}\\".utf8.contains($0) }
      && endpointURL != nil
  }
}
