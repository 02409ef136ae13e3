import Glibc

/// An opened secret: bytes that are lent, never copied out, and wiped with the last owner.
///
/// It has no description but `•••`, is neither `Codable` nor `Equatable`, and its mirror is empty,
/// so neither interpolation nor `dump` can show what it holds.
@safe package final class SecretBytes: Sendable {
  private nonisolated(unsafe) let storage: UnsafeMutableBufferPointer<UInt8>

  /// The number of bytes held.
  package let count: Int

  /// Room for `capacity` bytes, filled in place by `fill`, which returns the number of bytes
  /// written.
  ///
  /// - Precondition: `fill` returns at most `capacity`.
  package init<E: Error>(
    capacity: Int, filledBy fill: (inout MutableSpan<UInt8>) throws(E) -> Int
  ) throws(E) {
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: capacity)
    unsafe buffer.initialize(repeating: 0)
    var span = unsafe buffer.mutableSpan
    let written: Int
    do {
      written = try fill(&span)
    } catch {
      unsafe Self.wipe(buffer)
      throw error
    }
    precondition(written >= 0 && written <= capacity, "more bytes written than the capacity")
    unsafe storage = buffer
    count = written
  }

  /// A copy of `bytes`; the caller wipes the original.
  package convenience init(copying bytes: some Collection<UInt8>) {
    self.init(capacity: bytes.count) { span in
      var index = 0
      for byte in bytes {
        span[index] = byte
        index += 1
      }
      return index
    }
  }

  /// One after the other.
  package convenience init(joining parts: [SecretBytes]) {
    self.init(capacity: parts.reduce(0) { $0 + $1.count }) { target in
      var count = 0
      for part in parts {
        part.withBytes { span in
          for index in span.indices {
            target[count] = span[index]
            count += 1
          }
        }
      }
      return count
    }
  }

  deinit {
    unsafe Self.wipe(storage)
  }

  /// Lends the bytes for the length of `body`.
  package func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    try unsafe body(UnsafeBufferPointer(storage).span.extracting(0..<count))
  }

  /// Whether both hold the same bytes, in a time that depends only on the lengths.
  package func constantTimeEquals(_ other: SecretBytes) -> Bool {
    guard count == other.count else { return false }
    return withBytes { mine in
      other.withBytes { theirs in
        var difference: UInt8 = 0
        for index in mine.indices { difference |= mine[index] ^ theirs[index] }
        return difference == 0
      }
    }
  }

  private static func wipe(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
    if let base = buffer.baseAddress { unsafe explicit_bzero(base, buffer.count) }
    unsafe buffer.deallocate()
  }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "•••" }
  package var debugDescription: String { "•••" }
  package var customMirror: Mirror { Mirror(self, children: [:]) }
}
