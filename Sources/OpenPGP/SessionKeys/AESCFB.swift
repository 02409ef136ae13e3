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
