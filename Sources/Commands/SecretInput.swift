import Foundation
import Secrets

enum SecretInput {
  /// Of a value, in bytes; the most that can be opened again.
  static let limit = 1 << 20

  /// Whether the line break at the end of the input is part of the value.
  enum LastBreak {
    case kept, dropped
    /// Kept after several lines, as in a key file; that of a single line is most likely the terminal's.
    case keptAfterLines
  }

  enum Fault: Error {
    case tooLarge
    /// `errno`.
    case unreadable(Int32)
  }

  /// Reads a file; a pipe or a device is a file, too.
  static func read(file: String, lastBreak: LastBreak) throws(Fault) -> SecretBytes {
    let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(errno) }
    defer { close(descriptor) }
    return try read(descriptor, lastBreak: lastBreak)
  }

  /// Reads straight into memory that is wiped.
  ///
  /// - Parameter wait: called before each byte is read.
  static func read(
    _ descriptor: Int32, untilLineBreak: Bool = false, lastBreak: LastBreak = .dropped,
    wait: () -> Void = {}
  ) throws(Fault) -> SecretBytes {
    // A line break beyond the limit may be dropped.
    let capacity = limit + 2
    let whole = try SecretBytes(capacity: capacity + 1) { (span) throws(Fault) -> Int in
      var count = 0
      while true {
        wait()
        var byte: UInt8 = 0
        // Byte by byte where a line's end matters; the input is short.
        let got = unsafe Glibc.read(descriptor, &byte, 1)
        if got < 0, errno == EINTR { continue }
        if got < 0 { throw .unreadable(errno) }
        if got == 0 || (untilLineBreak && byte == 0x0A) { return count }
        guard count < capacity else { throw .tooLarge }
        span[count] = byte
        count += 1
      }
    }
    let end = whole.withBytes { $0.end(lastBreak) }
    if end > limit { throw .tooLarge }
    return SecretBytes(capacity: end) { target in
      whole.withBytes { span in for index in 0..<end { target[index] = span[index] } }
      return end
    }
  }
}

extension Span<UInt8> {
  /// Where the value ends.
  fileprivate func end(_ lastBreak: SecretInput.LastBreak) -> Int {
    guard count > 0, self[count - 1] == 0x0A else { return count }
    var end = count - 1
    if end > 0, self[end - 1] == 0x0D { end -= 1 }
    switch lastBreak {
    case .kept: return count
    case .dropped: return end
    case .keptAfterLines: return (0..<end).contains { self[$0] == 0x0A } ? count : end
    }
  }
}
