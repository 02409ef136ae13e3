import CGPGME
private import Glibc
import Secrets

/// Receives an opened value from gpg in memory that we own and wipe.
@safe final class SecretSink {
  /// Bytes; no credential is larger, and a larger value is refused.
  static let limit = 1 << 20

  private var storage: UnsafeMutableBufferPointer<UInt8>
  private var count = 0
  private(set) var isOverfull = false
  /// gpgme keeps its address, so it lives on the heap.
  let callbacks: UnsafeMutablePointer<gpgme_data_cbs>

  init() {
    unsafe storage = .allocate(capacity: 4096)
    unsafe storage.initialize(repeating: 0)
    unsafe callbacks = .allocate(capacity: 1)
    unsafe callbacks.initialize(
      to: gpgme_data_cbs(read: nil, write: writeToSink, seek: nil, release: nil))
  }

  deinit {
    unsafe wipe(storage)
    unsafe callbacks.deallocate()
  }

  /// The received bytes, as a secret.
  func taken() -> SecretBytes {
    SecretBytes(capacity: count) { span in
      for index in 0..<count { span[index] = unsafe storage[index] }
      return count
    }
  }

  fileprivate func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard count + bytes.count <= Self.limit else {
      isOverfull = true
      return false
    }
    if unsafe count + bytes.count > storage.count { grow(to: count + bytes.count) }
    for index in bytes.indices {
      unsafe storage[count] = bytes[index]
      count += 1
    }
    return true
  }

  private func grow(to least: Int) {
    let larger = unsafe UnsafeMutableBufferPointer<UInt8>.allocate(
      capacity: max(least, storage.count * 2))
    unsafe larger.initialize(repeating: 0)
    for index in 0..<count { unsafe larger[index] = storage[index] }
    unsafe wipe(storage)
    unsafe storage = larger
  }
}

private func wipe(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
  if let base = buffer.baseAddress { unsafe explicit_bzero(base, buffer.count) }
  unsafe buffer.deallocate()
}

private func writeToSink(
  _ handle: UnsafeMutableRawPointer?, _ bytes: UnsafeRawPointer?, _ size: Int
) -> Int {
  guard let handle = unsafe handle else { return -1 }
  let sink = unsafe Unmanaged<SecretSink>.fromOpaque(handle).takeUnretainedValue()
  return unsafe sink.append(unsafe UnsafeRawBufferPointer(start: bytes, count: size)) ? size : -1
}
