import CGCrypt

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
