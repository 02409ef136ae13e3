import CGPGME
import Encodings
private import Glibc
import Secrets

extension GPGContext {
  /// The value in a message, if it was sealed for this binding and, if required, signed for it by one
  /// of the signers.
  func open(_ request: OpenRequest) throws(OpenError) -> SecretBytes {
    let sink = SecretSink()
    let failure = try decrypt(request.armored, into: sink)
    try check(failure, sink)
    let binding = try checkedBinding(request.bindings)
    try checkSignatures(request.signatures, binding: binding)
    return sink.taken()
  }

  /// The value in a message of another tool, which is bound to nothing.
  ///
  /// - Throws: `bindingMismatch` for one that vaultctl sealed: it opens at its binding alone.
  func openUnbound(_ armored: String) throws(OpenError) -> SecretBytes {
    let sink = SecretSink()
    try check(try decrypt(armored, into: sink), sink)
    let name = unsafe gpgme_op_decrypt_result(handle)?.pointee.file_name
      .map { unsafe String(cString: $0) }
    if let name, name.hasPrefix("vaultctl") { throw .bindingMismatch(found: name) }
    return sink.taken()
  }

  /// Opens a message with one key packet; its content is wiped unread.
  ///
  /// - Throws: `badMessage` also if the packet gives a session key that is not the message's. What such a key
  ///   makes of the content may look like anything: another compression, or a request for a passphrase.
  func openByItsPacket(_ armored: String) throws(OpenError) {
    let sink = SecretSink()
    let (failure, key) = try exportingSessionKey(of: armored, into: sink)
    do throws(OpenError) {
      try check(failure, sink)
    } catch {
      switch error {
      case .gpgFailed, .cancelled, .wrongPassphrase, .agentUnavailable:
        throw key == nil ? error : .badMessage
      case let error: throw error
      }
    }
  }

  /// The session key of a message, whatever else is wrong with it; its content is wiped unread.
  func sessionKey(of armored: String) throws(OpenError) -> SessionKey {
    let sink = SecretSink()
    let (failure, key) = try exportingSessionKey(of: armored, into: sink)
    if let key { return key }
    try check(failure, sink)
    throw .gpgFailed(reason: "gpg reported no session key")
  }

  /// gpgme returns the key as a C string, which is wiped here once it is read.
  private func exportingSessionKey(
    of armored: String, into sink: SecretSink
  ) throws(OpenError) -> (failure: GPGError, key: SessionKey?) {
    unsafe gpgme_set_ctx_flag(handle, "export-session-key", "1")
    defer { unsafe gpgme_set_ctx_flag(handle, "export-session-key", "") }
    let failure = try decrypt(armored, into: sink)
    guard let text = unsafe gpgme_op_decrypt_result(handle)?.pointee.session_key else {
      return (failure, nil)
    }
    defer { unsafe explicit_bzero(text, strlen(text)) }
    return (failure, unsafe SessionKey(text))
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
    if failure.isExpired { throw .deadlineExceeded(deadline) }
    if sink.isOverfull { throw .tooLarge(limit: SecretSink.limit) }
    if failure.isCancelled { throw .cancelled }
    let result = unsafe gpgme_op_decrypt_result(handle)
    if let result = unsafe result, unsafe result.pointee.legacy_cipher_nomdc != 0 {
      throw .badMessage
    }
    if failure.isNone { return }
    if failure.isWrongPassphrase { throw .wrongPassphrase }
    if failure.isAboutAgent { throw .agentUnavailable }
    switch failure.code {
    case GPG_ERR_NO_SECKEY:
      throw .noSecretKey(unsafe recipients(result))
    case GPG_ERR_NO_DATA, GPG_ERR_DECRYPT_FAILED, GPG_ERR_BAD_DATA, GPG_ERR_CHECKSUM,
      GPG_ERR_INV_ARMOR, GPG_ERR_INV_PACKET, GPG_ERR_UNEXPECTED, GPG_ERR_BAD_SIGNATURE,
      // A key packet that is another key's, or of another kind of key.
      GPG_ERR_WRONG_SECKEY, GPG_ERR_BAD_MPI, GPG_ERR_INV_DATA, GPG_ERR_INV_OBJ,
      GPG_ERR_PUBKEY_ALGO:
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

  /// - Returns: the binding that it has.
  private func checkedBinding(_ bindings: [String]) throws(OpenError) -> String {
    let result = unsafe gpgme_op_decrypt_result(handle)
    let reported = unsafe result?.pointee.file_name.map { unsafe String(cString: $0) }
    // gpg escapes percent signs, and gpgme leaves them so.
    let found = reported.map(\.percentDecoded)
    guard let found, bindings.contains(found) else {
      throw .bindingMismatch(found: found.flatMap(\.nonEmpty))
    }
    return found
  }
}

extension String {
  /// With `%XX` as the bytes that they are.
  fileprivate var percentDecoded: String {
    var bytes: [UInt8] = []
    var rest = utf8[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(2).compactMap(\.hexadecimalValue)
      if byte == UInt8(ascii: "%"), digits.count == 2 {
        bytes.append(digits[0] << 4 | digits[1])
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  fileprivate var nonEmpty: String? { isEmpty ? nil : self }

  fileprivate func withUTF8Bytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    let span = utf8.span
    return try unsafe span.withUnsafeBytes { bytes throws(E) in try unsafe body(bytes) }
  }
}
