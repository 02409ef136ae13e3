private import Glibc
import Secrets

/// A request's body while it is received; it may be a secret, so what it was received in is wiped.
struct ReceivedBody {
  private let length: Int
  private var parts: [SecretBytes] = []
  private(set) var count = 0

  /// - Parameter length: bytes, as the head says.
  init(length: Int) { self.length = length }

  /// - Parameters:
  ///   - bytes: are wiped from `start` on.
  /// - Returns: whether it is no longer than the head says.
  mutating func append(_ bytes: inout [UInt8], from start: Int = 0) -> Bool {
    parts.append(SecretBytes(copying: bytes[start...]))
    count += bytes.count - start
    bytes.wipe(from: start)
    return count <= length
  }

  /// All of it.
  var bytes: SecretBytes { SecretBytes(joining: parts) }
}

extension [UInt8] {
  /// Overwrites what may be a secret.
  mutating func wipe(from start: Int = 0) {
    unsafe withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress, start < buffer.count else { return }
      unsafe explicit_bzero(base + start, buffer.count - start)
    }
  }
}
