import CGPGME
import Secrets

extension GPGContext {
  /// One armored message to all recipients with its binding; if there is a signer, signed for it.
  func seal(_ request: SealRequest, signer: Fingerprint?) throws(SealError) -> String {
    precondition(
      request.binding.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") },
      "gpg truncates a name at its last slash and escapes spaces")
    let keys = KeyList()
    defer { endSigning() }
    for recipient in request.recipients {
      try keys.add(recipient.fingerprint, secret: false, from: self)
    }
    if let signer { try beginSigning(for: request.binding, by: signer) }
    let failure: GPGError
    let armored: String
    do throws(GPGError) {
      (failure, armored) = try request.value.withBytes { span throws(GPGError) in
        try unsafe span.withUnsafeBytes { bytes throws(GPGError) in
          let plain = unsafe try GPGData(reading: bytes)
          let sealed = try GPGData()
          _ = unsafe gpgme_data_set_file_name(plain.handle, request.binding)
          let error = unsafe keys.lend { list in
            unsafe self.encrypt(list, plain.handle, sealed.handle, signs: signer != nil)
          }
          return (error, error.isNone ? sealed.text() : "")
        }
      }
    } catch {
      throw .gpgFailed(reason: error.text)
    }
    try check(failure, request, signer: signer)
    return armored
  }

  /// Makes the next signatures those of a key, for a binding, until `endSigning`.
  func beginSigning(for binding: String, by signer: Fingerprint) throws(SealError) {
    let signers = KeyList()
    do {
      try signers.add(signer, secret: true, from: self)
    } catch {
      throw .signerUnusable(signer, reason: "no usable secret key")
    }
    unsafe signers.forEach { unsafe _ = gpgme_signers_add(handle, $0) }
    let failure = addBindingNotation(binding)
    guard failure.isNone else { throw .gpgFailed(reason: failure.text) }
  }

  func endSigning() {
    unsafe gpgme_signers_clear(handle)
    unsafe gpgme_sig_notation_clear(handle)
  }

  private func encrypt(
    _ keys: UnsafeMutablePointer<gpgme_key_t?>, _ plain: gpgme_data_t, _ sealed: gpgme_data_t,
    signs: Bool
  ) -> GPGError {
    // Trust comes from the project's fingerprints, never from the user's trust database;
    // compression would reveal something about a value by its length.
    let flags = gpgme_encrypt_flags_t(
      GPGME_ENCRYPT_ALWAYS_TRUST.rawValue | GPGME_ENCRYPT_NO_ENCRYPT_TO.rawValue
        | GPGME_ENCRYPT_NO_COMPRESS.rawValue)
    return unsafe run { context in
      signs
        ? unsafe gpgme_op_encrypt_sign_start(context, keys, flags, plain, sealed)
        : unsafe gpgme_op_encrypt_start(context, keys, flags, plain, sealed)
    }
  }

  private func check(
    _ failure: GPGError, _ request: SealRequest, signer: Fingerprint?
  ) throws(SealError) {
    if failure.isExpired || failure.isCancelled { throw fault(of: failure, signer: signer) }
    // gpg may skip a recipient and succeed with the others.
    if let result = unsafe gpgme_op_encrypt_result(handle),
      let invalid = unsafe result.pointee.invalid_recipients
    {
      let text = unsafe invalid.pointee.fpr.map { unsafe String(cString: $0) } ?? ""
      let named = Fingerprint(text) ?? request.recipients.first?.fingerprint
      if let named {
        throw .recipientUnusable(named, reason: unsafe GPGError(invalid.pointee.reason).text)
      }
    }
    if failure.isNone { return }
    throw fault(of: failure, signer: signer)
  }

  /// What an operation that seals or signs failed with.
  func fault(of failure: GPGError, signer: Fingerprint?) -> SealError {
    if failure.isExpired { return .deadlineExceeded(deadline) }
    if failure.isCancelled { return .cancelled }
    if failure.isWrongPassphrase { return .wrongPassphrase }
    if failure.isAboutAgent { return .agentUnavailable }
    if let signer, failure.code == GPG_ERR_UNUSABLE_SECKEY {
      return .signerUnusable(signer, reason: failure.text)
    }
    return .gpgFailed(reason: failure.text)
  }
}

/// Keys from gpgme, released with the list.
@safe private final class KeyList {
  private var keys: [gpgme_key_t] = unsafe []

  deinit { unsafe keys.forEach { unsafe gpgme_key_unref($0) } }

  func add(
    _ fingerprint: Fingerprint, secret: Bool, from context: GPGContext
  ) throws(SealError) {
    var key: gpgme_key_t?
    let error = unsafe gpgme_get_key(
      context.handle, fingerprint.rawValue, &key, secret ? 1 : 0)
    guard error == 0, let key = unsafe key else {
      throw .recipientUnusable(fingerprint, reason: GPGError(error).text)
    }
    unsafe keys.append(key)
  }

  func forEach(_ body: (gpgme_key_t) -> Void) { unsafe keys.forEach { unsafe body($0) } }

  /// Lends the keys as a NULL-terminated array.
  func lend<R>(_ body: (UnsafeMutablePointer<gpgme_key_t?>) -> R) -> R {
    var list: [gpgme_key_t?] = unsafe keys + [nil]
    return unsafe list.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("the list is never empty") }
      return unsafe body(base)
    }
  }
}
