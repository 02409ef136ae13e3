import Secrets

/// A form for a token endpoint (application/x-www-form-urlencoded), built from bytes so that no
/// secret in it becomes a `String`.
struct SecretForm {
  private(set) var bytes: [UInt8] = []

  mutating func add(_ name: String, _ value: String) {
    begin(name)
    for byte in value.utf8 { Self.encode(byte, into: &bytes) }
  }

  mutating func add(_ name: String, _ value: SecretBytes) {
    begin(name)
    value.withBytes { span in
      for index in span.indices { Self.encode(span[index], into: &bytes) }
    }
  }

  private mutating func begin(_ name: String) {
    if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
    bytes += name.utf8
    bytes.append(UInt8(ascii: "="))
  }

  /// Letters, digits and `-._~` stand for themselves (RFC 3986 section 2.3).
  static func encode(_ byte: UInt8, into bytes: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "-"), UInt8(ascii: "~"):
      bytes.append(byte)
    default:
      let digits = Array("0123456789ABCDEF".utf8)
      bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
}

extension SecretBytes {
  /// The bytes as a `String`; only for what is not secret by itself, or must go into a header.
  func text() -> String {
    withBytes { span in
      unsafe span.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
  }
}
