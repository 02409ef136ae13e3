import CGCrypt
import Secrets

/// AES in cipher feedback mode with an IV of zeros, by libgcrypt: in place, in the caller's memory.
/// libgcrypt wipes its copy of the key when it is closed.
@safe struct AESCFB: ~Copyable {
  private let handle: gcry_cipher_hd_t

  /// `nil` for a cipher that is not AES, or that libgcrypt does not have.
  init?(_ key: SessionKey) {
    guard GCrypt.isReady, let cipher = key.cipher else { return nil }
    var new: gcry_cipher_hd_t?
    let error = unsafe gcry_cipher_open(
      &new, Int32(cipher.rawValue), Int32(GCRY_CIPHER_MODE_CFB.rawValue), 0)
    guard error == 0, let new = unsafe new else { return nil }
    let failure = key.bytes.withBytes { span in
      unsafe span.withUnsafeBytes { unsafe gcry_cipher_setkey(new, $0.baseAddress, $0.count) }
    }
    guard failure == 0 else {
      unsafe gcry_cipher_close(new)
      return nil
    }
    unsafe handle = new
  }

  deinit { unsafe gcry_cipher_close(handle) }

  /// False if libgcrypt fails; the bytes are then useless.
  func encrypt(_ bytes: inout MutableSpan<UInt8>) -> Bool {
    unsafe bytes.withUnsafeMutableBytes {
      unsafe gcry_cipher_encrypt(handle, $0.baseAddress, $0.count, nil, 0) == 0
    }
  }

  func decrypt(_ bytes: inout MutableSpan<UInt8>) -> Bool {
    unsafe bytes.withUnsafeMutableBytes {
      unsafe gcry_cipher_decrypt(handle, $0.baseAddress, $0.count, nil, 0) == 0
    }
  }
}

enum GCrypt {
  /// libgcrypt must be asked for its version and configured once before anything else. We use our
  /// own buffers, so it needs no pool of locked memory.
  static let isReady: Bool = {
    guard unsafe gcry_check_version("1.8.0") != nil else { return false }
    return gcrypt_disable_secure_memory() == 0 && gcrypt_finish_initialization() == 0
  }()

  static func sha1(_ bytes: Span<UInt8>) -> [UInt8] { hash(bytes, GCRY_MD_SHA1) }
  static func sha256(_ bytes: Span<UInt8>) -> [UInt8] { hash(bytes, GCRY_MD_SHA256) }

  private static func hash(_ bytes: Span<UInt8>, _ algorithm: gcry_md_algos) -> [UInt8] {
    precondition(isReady, "libgcrypt must be initialized before hashing")
    let algorithm = Int32(algorithm.rawValue)
    var digest = [UInt8](repeating: 0, count: Int(gcry_md_get_algo_dlen(algorithm)))
    unsafe digest.withUnsafeMutableBytes { target in
      unsafe bytes.withUnsafeBytes { source in
        unsafe gcry_md_hash_buffer(
          algorithm, target.baseAddress, source.baseAddress, source.count)
      }
    }
    return digest
  }
}

extension SessionKey {
  /// RFC 9580 section 9.3.
  fileprivate var cipher: gcry_cipher_algos? {
    switch (algorithm, bytes.count) {
    case (7, 16): GCRY_CIPHER_AES
    case (8, 24): GCRY_CIPHER_AES192
    case (9, 32): GCRY_CIPHER_AES256
    default: nil
    }
  }
}
