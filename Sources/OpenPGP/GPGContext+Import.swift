import CGPGME

extension GPGContext {
  /// The keys in an exported file, without a change of the keyring.
  ///
  /// - Throws: if it has none that gpg understands.
  func keys(in file: [UInt8]) throws(GPGError) -> [PublicKey] {
    let span = file.span
    return try unsafe span.withUnsafeBytes { buffer throws(GPGError) in
      let data = unsafe try GPGData(reading: buffer)
      return try listed { unsafe gpgme_op_keylist_from_data_start(handle, data.handle, 0) }
    }
  }

  /// Adds the public keys of a file to the keyring.
  func importKeys(_ file: [UInt8]) throws(GPGError) {
    let span = file.span
    let failure = try unsafe span.withUnsafeBytes { buffer throws(GPGError) in
      let data = unsafe try GPGData(reading: buffer)
      return unsafe GPGError(gpgme_op_import(handle, data.handle))
    }
    guard failure.isNone else { throw failure }
  }
}
