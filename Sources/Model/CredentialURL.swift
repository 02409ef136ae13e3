import Encodings

/// A URL that credentials may be sent to: `https`, or plain `http` to this machine alone.
///
/// It is the one rule for what a project file names and for what a request is sent to, and narrower than
/// RFC 3986: ASCII alone, no user, no fragment, no percent sign in the host, so that every parser reads
/// the same host in it.
package struct CredentialURL: Hashable, Sendable {
  package let text: String
  /// Only this machine is reached by it.
  package let isLoopback: Bool

  /// RFC 8252 section 7.3, and the name that resolvers must keep on this machine (RFC 6761).
  private static let loopbackHosts = ["127.0.0.1", "localhost", "[::1]"]

  /// - Parameter allowsPath: a path and a query may follow the host.
  package init?(_ text: String, allowsPath: Bool) {
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }),
      let scheme = ["https://", "http://"].first(where: text.hasPrefix)
    else { return nil }
    let rest = text.dropFirst(scheme.count)
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    let host = authority.prefix(upTo: authority.endOfHost)
    let port = authority[host.endIndex...]
    guard allowsPath || authority.endIndex == rest.endIndex, host.isHost,
      port.isEmpty || port.isPort
    else { return nil }
    let isLoopback = Self.loopbackHosts.contains(String(host))
    guard isLoopback || scheme == "https://" else { return nil }
    self.text = text
    self.isLoopback = isLoopback
  }

  /// The same rule for scheme, host and port as a regular expression (ECMA-262), for JSON Schema.
  ///
  /// - Parameter hasFields: `{field}` may be a part of host and port.
  package static func pattern(hasFields: Bool) -> String {
    let field = hasFields ? #"|\{[^{}]+\}"# : ""
    let name = "([A-Za-z0-9_]\(field))([A-Za-z0-9._-]\(field))*"
    let local = loopbackHosts.map(escaped).joined(separator: "|")
    return #"(https://(\#(name)|\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\])|http://(\#(local)))"#
      + "(:([1-9]\(field))([0-9]\(field)){0,4})?"
  }

  private static func escaped(_ host: String) -> String {
    String(host.flatMap { ".[]".contains($0) ? ["\\", $0] : [$0] })
  }
}

extension Substring {
  /// Where the port begins, with its colon.
  fileprivate var endOfHost: Index {
    guard first == "[" else { return firstIndex(of: ":") ?? endIndex }
    return firstIndex(of: "]").map { index(after: $0) } ?? endIndex
  }

  /// A name or an IPv4 address; an IPv6 address has brackets.
  fileprivate var isHost: Bool {
    if hasPrefix("["), hasSuffix("]") {
      let address = dropFirst().dropLast()
      return address.contains(":") && address.allSatisfy { $0.isHexDigit || ":.".contains($0) }
    }
    return (first.map { $0.isASCIIAlphanumeric || $0 == "_" } ?? false)
      && allSatisfy { $0.isASCIIAlphanumeric || "._-".contains($0) }
  }

  private var digits: Substring { dropFirst() }

  fileprivate var isPort: Bool {
    first == ":" && digits.first != "0" && digits.allSatisfy(\.isASCIIDigit)
      && UInt16(digits) != nil
  }
}
