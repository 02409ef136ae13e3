import CGPGME
private import Glibc
import Secrets

extension GPGContext {
  /// The value in a message, if it was sealed for this binding and, if required, signed by one of
  /// the signers.
  func open(_ request: OpenRequest) throws(OpenError) -> SecretBytes {
    let sink = SecretSink()
    let failure = try decrypt(request.armored, into: sink)
    try check(failure, sink)
    try checkBinding(request.binding)
    if let signers = request.signers { try checkSignature(by: signers) }
    return sink.taken()
  }

  /// The session key of a message, whatever else is wrong with it; its content is wiped unread.
  ///
  /// gpgme returns the key as a C string, which is wiped here once it is read.
  func sessionKey(of armored: String) throws(OpenError) -> SessionKey {
    let sink = SecretSink()
    unsafe gpgme_set_ctx_flag(handle, "export-session-key", "1")
    defer { unsafe gpgme_set_ctx_flag(handle, "export-session-key", "") }
    let failure = try decrypt(armored, into: sink)
    if let text = unsafe gpgme_op_decrypt_result(handle)?.pointee.session_key {
      defer { unsafe explicit_bzero(text, strlen(text)) }
      if let key = unsafe SessionKey(text) { return key }
    }
    try check(failure, sink)
    throw .gpgFailed(reason: "gpg reported no session key")
  }

  private func decrypt(
    _ armored: String, into sink: SecretSink
  ) throws(OpenError) -> GPGError {
    do throws(GPGError) {
      return unsafe try armored.withUTF8Bytes { bytes throws(GPGError) in
        let sealed = unsafe try GPGData(reading: bytes)
        let plain = try GPGData(writingTo: sink)
        return unsafe run { context in
          unsafe gpgme_op_decrypt_verify_start(
            context, sealed.handle, plain.handle)
        }
      }
    } catch {
      throw .gpgFailed(reason: error.text)
    }
  }

  private func check(_ failure: GPGError, _ sink: SecretSink) throws(OpenError) {
    if failure.isExpired { throw .deadlineExceeded }
    if sink.isOverfull { throw .tooLarge(limit: SecretSink.limit) }
    if failure.isCancelled { throw .cancelled }
    let result = unsafe gpgme_op_decrypt_result(handle)
    if let result = unsafe result, unsafe result.pointee.legacy_cipher_nomdc != 0 {
      throw .badMessage
    }
    if failure.isNone { return }
    if failure.isAboutAgent { throw .agentUnavailable }
    switch failure.code {
    case GPG_ERR_NO_SECKEY:
      throw .noSecretKey(unsafe recipients(result))
    case GPG_ERR_NO_DATA, GPG_ERR_DECRYPT_FAILED, GPG_ERR_BAD_DATA, GPG_ERR_CHECKSUM,
      GPG_ERR_INV_ARMOR, GPG_ERR_INV_PACKET, GPG_ERR_UNEXPECTED, GPG_ERR_BAD_SIGNATURE:
      throw .badMessage
    default:
      throw .gpgFailed(reason: failure.text)
    }
  }

  private func recipients(_ result: gpgme_decrypt_result_t?) -> [KeyID] {
    var ids: [KeyID] = []
    var next = unsafe result?.pointee.recipients
    while let recipient = unsafe next?.pointee {
      if let id = unsafe recipient.keyid { ids.append(KeyID(unsafe String(cString: id))) }
      unsafe next = recipient.next
    }
    return ids
  }

  private func checkBinding(_ binding: String) throws(OpenError) {
    let result = unsafe gpgme_op_decrypt_result(handle)
    let found = unsafe result?.pointee.file_name.map { unsafe String(cString: $0) }
    guard found == binding else { throw .bindingMismatch(found: found.flatMap(\.nonEmpty)) }
  }

  private func checkSignature(by signers: Set<Fingerprint>) throws(OpenError) {
    var reason = "it is not signed"
    var next = unsafe gpgme_op_verify_result(handle)?.pointee.signatures
    while let signature = unsafe next?.pointee {
      let error = unsafe GPGError(signature.status)
      let made = unsafe signature.fpr.flatMap { unsafe Fingerprint(String(cString: $0)) }
      if error.isNone, let made, isSigned(by: made, amongst: signers) { return }
      reason =
        error.isNone
        ? "its signer \(made?.rawValue ?? "") is not one of the project's signers" : error.text
      unsafe next = signature.next
    }
    throw .noValidSignature(reason: reason)
  }

  /// A signature names the subkey that made it; the project names primary keys.
  private func isSigned(by made: Fingerprint, amongst signers: Set<Fingerprint>) -> Bool {
    if signers.contains(made) { return true }
    let keys = (try? keys(matching: signers.map(\.rawValue), secret: false)) ?? []
    return keys.contains { key in
      signers.contains(key.fingerprint) && key.subkeys.contains { $0.fingerprint == made }
    }
  }
}

extension String {
  fileprivate var nonEmpty: String? { isEmpty ? nil : self }

  fileprivate func withUTF8Bytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    let span = utf8.span
    return try unsafe span.withUnsafeBytes { bytes throws(E) in try unsafe body(bytes) }
  }
}
