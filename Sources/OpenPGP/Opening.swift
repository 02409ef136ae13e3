import CGPGME
import Secrets

extension GPGContext {
  /// The value inside of a message, if it was sealed for this place and, where that is asked,
  /// signed by one of the signers.
  func open(_ request: OpenRequest) throws(OpenFault) -> SecretBytes {
    let sink = SecretSink()
    let failure: GPGError
    do throws(GPGError) {
      var text = request.armored
      failure = unsafe try text.withUTF8Bytes { bytes throws(GPGError) in
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
    try check(failure, sink)
    try checkPlace(request.place)
    if let signers = request.signers { try checkSignature(by: signers) }
    return sink.taken()
  }

  private func check(_ failure: GPGError, _ sink: SecretSink) throws(OpenFault) {
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

  private func checkPlace(_ place: String) throws(OpenFault) {
    let result = unsafe gpgme_op_decrypt_result(handle)
    let found = unsafe result?.pointee.file_name.map { unsafe String(cString: $0) }
    guard found == place else { throw .placeMismatch(found: found.flatMap(\.nonEmpty)) }
  }

  private func checkSignature(by signers: Set<Fingerprint>) throws(OpenFault) {
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

  fileprivate mutating func withUTF8Bytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    let span = utf8.span
    return try unsafe span.withUnsafeBytes { bytes throws(E) in try unsafe body(bytes) }
  }
}
