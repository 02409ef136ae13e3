import CGPGME
private import Glibc

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

  /// Grows in gpgme's own memory: only for what is not secret.
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
