import Encodings
import Secrets

/// A form for a token endpoint (application/x-www-form-urlencoded), built from bytes so that no
/// secret in it becomes a `String`.
struct SecretForm {
  private(set) var bytes: [UInt8] = []

  mutating func add(_ name: String, _ value: String) {
    begin(name)
    for byte in value.utf8 { appendPercentEncoded(byte, to: &bytes) }
  }

  mutating func add(_ name: String, _ value: SecretBytes) {
    begin(name)
    value.withBytes { span in
      for index in span.indices { appendPercentEncoded(span[index], to: &bytes) }
    }
  }

  private mutating func begin(_ name: String) {
    if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
    bytes += name.utf8
    bytes.append(UInt8(ascii: "="))
  }
}

extension SecretBytes {
  /// The bytes as a `String`; only for what is not secret on its own, or must go into a header.
  func text() -> String {
    withBytes { span in
      unsafe span.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
  }
}
