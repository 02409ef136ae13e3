import Foundation
import Secrets

enum SecretInput {
  static let limit = 1 << 20

  struct TooLarge: Error {}

  /// Reads straight into memory that is wiped.
  ///
  /// - Parameter wait: called before each byte is read.
  static func read(
    _ descriptor: Int32, untilLineBreak: Bool = false, keepsLastBreak: Bool = false,
    wait: () -> Void = {}
  ) throws -> SecretBytes {
    let whole = try SecretBytes(capacity: limit) { (span) throws(TooLarge) -> Int in
      var count = 0
      while true {
        guard count < limit else { throw TooLarge() }
        wait()
        var byte: UInt8 = 0
        // Byte by byte where a line's end matters; the input is short.
        let got = unsafe Glibc.read(descriptor, &byte, 1)
        if got < 0, errno == EINTR { continue }
        if got <= 0 || (untilLineBreak && byte == 0x0A) { return count }
        span[count] = byte
        count += 1
      }
    }
    let end = whole.withBytes { span in
      var end = span.count
      if !keepsLastBreak, end > 0, span[end - 1] == 0x0A { end -= 1 }
      if end > 0, end < span.count, span[end - 1] == 0x0D { end -= 1 }
      return end
    }
    return SecretBytes(capacity: end) { target in
      whole.withBytes { span in for index in 0..<end { target[index] = span[index] } }
      return end
    }
  }
}
