import Glibc

/// Memory at a fixed address, for C code that reads it later; wiped when it is released.
///
/// A caller that hands out its address keeps the buffer until nothing reads there any more.
@safe final class WipedBuffer: Sendable {
  private nonisolated(unsafe) let bytes: UnsafeMutableBufferPointer<UInt8>
  let count: Int

  /// All parts, one after the other.
  init(_ parts: [some Collection<UInt8>]) {
    count = parts.reduce(0) { $0 + $1.count }
    // One more than needed: an empty buffer has no address, which libcurl takes for no buffer.
    unsafe bytes = .allocate(capacity: count + 1)
    unsafe bytes.initialize(repeating: 0)
    var index = 0
    for part in parts {
      for byte in part {
        unsafe bytes[index] = byte
        index += 1
      }
    }
  }

  deinit {
    if let base = unsafe bytes.baseAddress { unsafe explicit_bzero(base, bytes.count) }
    unsafe bytes.deallocate()
  }

  /// Valid as long as the buffer is.
  func address(at offset: Int = 0) -> UnsafeMutablePointer<CChar>? {
    unsafe UnsafeMutableRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
      .advanced(by: offset)
  }
}
