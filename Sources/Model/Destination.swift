/// A host that a connection's secrets or tokens are sent to, in lower case: `id.example.com`, with a
/// port unless it is the scheme's own; `{url}`, if the sealed value of that field says where; or
/// `token_endpoint=https://id.example.com/token`, if an issuer's metadata says so.
package struct Destination: OpenName {
  package let rawValue: String
  package init(_ rawValue: String) { self.rawValue = rawValue }
}

extension Destination {
  /// The host of an `http` or `https` URL (RFC 3986 section 3.2); `nil` for any other text.
  package init?(url: String) {
    // Most texts are no URL, and a project has very many of them.
    guard let first = url.utf8.first, first | 0x20 == UInt8(ascii: "h") else { return nil }
    let lower = url.lowercased()
    let schemes = [("https://", ":443"), ("http://", ":80")]
    guard let (scheme, port) = schemes.first(where: { lower.hasPrefix($0.0) }) else { return nil }
    let authority = lower.dropFirst(scheme.count).prefix { !"/?#\\".contains($0) }
    let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    self.init(host: host.hasSuffix(port) ? host.dropLast(port.count) : host)
  }

  /// A host name as a setup has it, possibly with a port; `nil` if it is empty.
  package init?(host: some StringProtocol) {
    // A name that ends in a dot is the same name (RFC 1034 section 3.1).
    let name = host.hasSuffix(".") ? String(host.dropLast()) : String(host)
    if name.isEmpty { return nil }
    self.init(name.lowercased())
  }

  package init(sealedIn field: FieldName) { self.init("{\(field)}") }

  package init(_ endpoint: OAuthEndpoint, at url: String) {
    self.init("\(endpoint.rawValue)=\(url)")
  }

  /// The endpoint of an issuer's metadata; `nil` if this is a host.
  package var endpoint: (endpoint: OAuthEndpoint, url: String)? {
    let parts = rawValue.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let endpoint = OAuthEndpoint(rawValue: String(parts[0])) else {
      return nil
    }
    return (endpoint, String(parts[1]))
  }

  /// The field whose sealed value says where; `nil` if this is a host.
  package var sealedField: FieldName? {
    guard rawValue.hasPrefix("{"), rawValue.hasSuffix("}") else { return nil }
    return FieldName(String(rawValue.dropFirst().dropLast()))
  }
}
