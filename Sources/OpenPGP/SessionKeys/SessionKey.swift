import Encodings
import Secrets

/// The key that a message's content is encrypted with, as its key packets carry it to each
/// recipient. It lives in this process only, and is wiped with its last owner.
package struct SessionKey: Sendable {
  /// The cipher's number (RFC 9580 section 9.3).
  let algorithm: Int
  let bytes: SecretBytes

  /// - Parameter text: the cipher's decimal number, a colon, and the key in hex, as gpg prints it;
  ///   zero-terminated.
  init?(_ text: UnsafePointer<CChar>) {
    var offset = 0
    var algorithm = 0
    while let digit = unsafe Self.digit(text[offset]), digit < 10, offset < 3 {
      algorithm = algorithm * 10 + Int(digit)
      offset += 1
    }
    guard offset > 0, unsafe text[offset] == CChar(UInt8(ascii: ":")) else { return nil }
    let start = offset + 1
    var end = start
    while unsafe Self.digit(text[end]) != nil { end += 1 }
    guard unsafe text[end] == 0, end > start, (end - start).isMultiple(of: 2) else { return nil }
    self.algorithm = algorithm
    bytes = SecretBytes(capacity: (end - start) / 2) { span in
      for index in span.indices {
        let high = unsafe Self.digit(text[start + 2 * index]) ?? 0
        let low = unsafe Self.digit(text[start + 2 * index + 1]) ?? 0
        span[index] = high << 4 | low
      }
      return span.count
    }
  }

  private static func digit(_ letter: CChar) -> UInt8? {
    UInt8(bitPattern: letter).hexadecimalValue
  }
}
