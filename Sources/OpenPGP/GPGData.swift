import CGPGME
private import Glibc
import Secrets

/// A gpgme data object, released with its owner.
@safe struct GPGData: ~Copyable {
  let handle: gpgme_data_t

  /// Reads `bytes`, which must outlive it; nothing is copied.
  init(reading bytes: UnsafeRawBufferPointer) throws(GPGError) {
    var new: gpgme_data_t?
    let base = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
    try unsafe Self.check(gpgme_data_new_from_mem(&new, base, bytes.count, 0))
    unsafe handle = try Self.made(new)
  }

  /// Grows in memory of gpgme's own: for what is no secret.
  init() throws(GPGError) {
    var new: gpgme_data_t?
    try unsafe Self.check(gpgme_data_new(&new))
    unsafe handle = try Self.made(new)
  }

  /// Writes into `sink`, which must outlive it.
  init(writingTo sink: SecretSink) throws(GPGError) {
    var new: gpgme_data_t?
    try unsafe Self.check(
      gpgme_data_new_from_cbs(&new, sink.callbacks, Unmanaged.passUnretained(sink).toOpaque()))
    unsafe handle = try Self.made(new)
  }

  deinit { unsafe gpgme_data_release(handle) }

  /// The text that was written so far.
  func text() -> String {
    _ = unsafe gpgme_data_seek(handle, 0, SEEK_SET)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe gpgme_data_read(handle, $0.baseAddress, $0.count)
      }
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer[..<count]
    }
  }

  private static func check(_ error: gpgme_error_t) throws(GPGError) {
    if error != 0 { throw GPGError(error) }
  }

  private static func made(_ handle: gpgme_data_t?) throws(GPGError) -> gpgme_data_t {
    guard let handle = unsafe handle else { throw GPGError(GPG_ERR_ENOMEM.rawValue) }
    return unsafe handle
  }
}

/// Takes an opened value from gpg into memory that is ours and is wiped.
@safe final class SecretSink {
  /// No credential is larger; what is, is refused.
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

  /// What came, as a secret.
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
