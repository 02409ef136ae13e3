/// Classes of ASCII alone: what protocols and names allow. `isLetter` and `isNumber` of the standard
/// library hold for every script.
extension UInt8 {
  @inlinable package var isASCIIDigit: Bool {
    self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9")
  }

  @inlinable package var isASCIILowercase: Bool {
    self >= UInt8(ascii: "a") && self <= UInt8(ascii: "z")
  }

  @inlinable package var isASCIIUppercase: Bool {
    self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z")
  }

  @inlinable package var isASCIILetter: Bool { isASCIILowercase || isASCIIUppercase }

  @inlinable package var isASCIIAlphanumeric: Bool { isASCIILetter || isASCIIDigit }

  /// Of a token in HTTP, such as a header's name (RFC 9110 section 5.6.2).
  package var isHTTPTokenByte: Bool {
    isASCIIAlphanumeric || "!#$%&'*+-.^_`|~".utf8.contains(self)
  }

  /// Below the space, or DEL.
  @inlinable package var isASCIIControl: Bool { self < 0x20 || self == 0x7F }

  /// Of `0-9a-fA-F`, the value.
  @inlinable package var hexadecimalValue: UInt8? {
    if isASCIIDigit { return self - UInt8(ascii: "0") }
    let lowercase = self | 0x20
    guard lowercase >= UInt8(ascii: "a"), lowercase <= UInt8(ascii: "f") else { return nil }
    return lowercase - UInt8(ascii: "a") + 10
  }
}

extension Character {
  package var isASCIIDigit: Bool { isASCII && utf8.allSatisfy(\.isASCIIDigit) }
  package var isASCIILetter: Bool { isASCII && utf8.allSatisfy(\.isASCIILetter) }
  package var isASCIIAlphanumeric: Bool { isASCII && utf8.allSatisfy(\.isASCIIAlphanumeric) }
  package var isASCIIControl: Bool { isASCII && utf8.allSatisfy(\.isASCIIControl) }
}

extension Unicode.Scalar {
  package var isASCIIAlphanumeric: Bool { isASCII && UInt8(value).isASCIIAlphanumeric }
}
