extension UInt8 {
  /// Unreserved in a URI: letters, digits and `-._~` (RFC 3986 section 2.3).
  package var isUnreserved: Bool {
    switch self {
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
    default: isASCIIAlphanumeric
    }
  }

  /// An escape character and two upper-case hex digits: `%2F`.
  package func escaped(with mark: UInt8) -> [UInt8] {
    [mark, uppercaseDigit(self >> 4), uppercaseDigit(self & 15)]
  }
}

/// A path, each of its segments encoded (RFC 3986 section 3.3).
package func percentEncoded(path: String) -> String {
  path.split(separator: "/", omittingEmptySubsequences: false).map { percentEncoded(String($0)) }
    .joined(separator: "/")
}

/// A text as one segment of a path, or one value of a form (RFC 3986 section 2.1).
package func percentEncoded(_ text: String) -> String {
  var encoded: [UInt8] = []
  for byte in text.utf8 { appendPercentEncoded(byte, to: &encoded) }
  return String(decoding: encoded, as: UTF8.self)
}

/// One byte; with it a secret is encoded without becoming a `String`.
package func appendPercentEncoded(_ byte: UInt8, to encoded: inout [UInt8]) {
  if byte.isUnreserved {
    encoded.append(byte)
  } else {
    encoded += byte.escaped(with: UInt8(ascii: "%"))
  }
}

/// A name or value of a form: `+` is a space, `%XX` a byte (URL Standard, section 5.1).
///
/// - Returns: `nil` if two hex digits do not follow a `%`.
package func formDecoded(_ text: some Sequence<UInt8>) -> [UInt8]? {
  var decoded: [UInt8] = []
  var rest = text.makeIterator()
  while let byte = rest.next() {
    switch byte {
    case UInt8(ascii: "+"): decoded.append(0x20)
    case UInt8(ascii: "%"):
      guard let high = rest.next()?.hexadecimalValue, let low = rest.next()?.hexadecimalValue
      else { return nil }
      decoded.append(high << 4 | low)
    default: decoded.append(byte)
    }
  }
  return decoded
}
