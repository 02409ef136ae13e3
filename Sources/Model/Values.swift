/// A setup value that is no secret. A number is one of JSON (RFC 8259 section 6), and keeps the digits that it was
/// written with.
package enum PlainValue: Hashable, Sendable, Codable {
  case string(String)
  case number(String)
  case boolean(Bool)

  /// The value in the form that a service receives.
  package var text: String {
    switch self {
    case .string(let text), .number(let text): text
    case .boolean(let value): value ? "true" : "false"
    }
  }
}

/// The value of a setup field in a manifest: plain or sealed.
package enum FieldValue: Hashable, Sendable {
  case plain(PlainValue)
  case sealed(SealedMessage)
}

/// SHA-256 of a sealed message's packets (not of its armor, whose line ends may differ), in hex.
package struct CiphertextDigest: OpenName {
  package let rawValue: String
  package init(_ rawValue: String) { self.rawValue = rawValue }
}

/// HMAC-SHA-256 of an opened value under a key that only the store's readers have, in hex.
package struct KeyedDigest: OpenName {
  package let rawValue: String
  package init(_ rawValue: String) { self.rawValue = rawValue }
}
