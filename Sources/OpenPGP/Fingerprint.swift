import Encodings

/// A key's full fingerprint: 40 (version 4) or 64 (version 6) upper-case hex digits.
package struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
  package let rawValue: String

  /// `nil` for anything that is not a full fingerprint; spaces and case do not matter.
  package init?(_ text: some StringProtocol) {
    let digits = text.uppercased().filter { $0 != " " }
    guard [40, 64].contains(digits.utf8.count),
      digits.utf8.allSatisfy({ $0.hexadecimalValue != nil })
    else {
      return nil
    }
    rawValue = digits
  }

  package var description: String { rawValue }

  /// The last 64 bits of a version 4 fingerprint, the first of a version 6 one (RFC 9580
  /// section 5.5.4).
  package var keyID: KeyID {
    KeyID(String(rawValue.utf8.count == 40 ? rawValue.suffix(16) : rawValue.prefix(16)))
  }
}
