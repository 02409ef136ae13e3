import Foundation
import Secrets

/// The terminal's echo, switched off until `end`.
struct HiddenInput {
  private let before: termios

  init() {
    var settings = termios()
    unsafe tcgetattr(STDIN_FILENO, &settings)
    before = settings
    settings.c_lflag &= ~tcflag_t(ECHO)
    unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
  }

  func end() {
    var settings = before
    unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
  }
}

enum SecretInput {
  static let limit = 1 << 20

  struct TooLarge: Error {}

  /// Reads straight into memory that is wiped.
  static func read(
    _ descriptor: Int32, untilLineBreak: Bool = false, keepsLastBreak: Bool = false
  ) throws -> SecretBytes {
    let whole = try SecretBytes(capacity: limit) { (span) throws(TooLarge) -> Int in
      var count = 0
      while true {
        guard count < limit else { throw TooLarge() }
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
