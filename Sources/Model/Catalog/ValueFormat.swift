import Encodings

extension ValueFormat {
  package var summary: String {
    switch self {
    case .httpsURL: "an https URL (`https://host/…`, without user name and password)"
    case .hostName: "a host name (letters, digits, `-` and `.`; no scheme, no port)"
    case .email: "an email address"
    }
  }

  /// The same rule as a regular expression (ECMA-262), for JSON Schema.
  package var pattern: String {
    let label = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
    switch self {
    case .httpsURL: return #"^https://[A-Za-z0-9._\[\]:-]+([/?#][!-~]*)?$"#
    case .hostName: return "^\(label)(\\.\(label))*$"
    case .email: return #"^[!-?A-~]+@[A-Za-z0-9.-]+$"#
    }
  }

  package func accepts(_ bytes: Swift.Span<UInt8>) -> Bool {
    switch self {
    case .httpsURL: isHTTPSURL(bytes)
    case .hostName: isHostName(bytes)
    case .email: isEmail(bytes)
    }
  }
}

private func isHTTPSURL(_ bytes: Swift.Span<UInt8>) -> Bool {
  let scheme = "https://".utf8.span
  guard bytes.count > scheme.count,
    scheme.indices.allSatisfy({ bytes[$0] == scheme[$0] })
  else { return false }
  var index = scheme.count
  while index < bytes.count, bytes[index].isAuthority { index += 1 }
  guard index > scheme.count else { return false }
  guard index < bytes.count else { return true }
  guard bytes[index].isOne(of: "/?#") else { return false }
  return (index..<bytes.count).allSatisfy { bytes[$0].isPrintableASCII }
}

/// Labels of 1 to 63 letters, digits, `_` and inner `-` (RFC 1123 section 2.1, RFC 2181
/// section 11).
private func isHostName(_ bytes: Swift.Span<UInt8>) -> Bool {
  var length = 0
  var last = UInt8(ascii: ".")
  for index in bytes.indices {
    let byte = bytes[index]
    let isHyphen = byte == UInt8(ascii: "-")
    if byte == UInt8(ascii: ".") {
      guard length > 0, last != UInt8(ascii: "-") else { return false }
      length = 0
    } else {
      guard byte.isASCIIAlphanumeric || byte.isOne(of: "_-"), !(isHyphen && length == 0) else {
        return false
      }
      length += 1
      guard length <= 63 else { return false }
    }
    last = byte
  }
  return length > 0 && last != UInt8(ascii: "-")
}

/// Something, one `@`, a domain: whether the address exists, only mail can show.
private func isEmail(_ bytes: Swift.Span<UInt8>) -> Bool {
  var at: Int?
  for index in bytes.indices {
    let byte = bytes[index]
    if byte == UInt8(ascii: "@") {
      guard at == nil, index > 0 else { return false }
      at = index
    } else if at == nil {
      guard byte.isPrintableASCII else { return false }
    } else {
      guard byte.isASCIIAlphanumeric || byte.isOne(of: ".-") else { return false }
    }
  }
  return at.map { $0 < bytes.count - 1 } ?? false
}

extension UInt8 {
  /// A host's or port's character, of an IPv6 address too.
  fileprivate var isAuthority: Bool { isASCIIAlphanumeric || isOne(of: "._[]:-") }

  fileprivate var isPrintableASCII: Bool { (0x21...0x7E).contains(self) }

  fileprivate func isOne(of characters: StaticString) -> Bool {
    characters.withUTF8Buffer { unsafe $0.contains(self) }
  }
}
