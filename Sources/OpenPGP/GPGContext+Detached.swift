import CGPGME

extension GPGContext {
  /// An armored detached signature with its binding in a notation.
  func signature(
    of bytes: [UInt8], binding: String, signer: Fingerprint
  ) throws(SealError) -> String {
    defer { endSigning() }
    try beginSigning(for: binding, by: signer)
    let failure: GPGError
    let armored: String
    do throws(GPGError) {
      let signature = try GPGData()
      let span = bytes.span
      failure = try unsafe span.withUnsafeBytes { buffer throws(GPGError) in
        let text = unsafe try GPGData(reading: buffer)
        return unsafe run { context in
          unsafe gpgme_op_sign_start(
            context, text.handle, signature.handle, GPGME_SIG_MODE_DETACH)
        }
      }
      armored = failure.isNone ? signature.text() : ""
    } catch {
      throw .gpgFailed(reason: error.text)
    }
    guard failure.isNone else { throw fault(of: failure, signer: signer) }
    return armored
  }

  /// Checks a detached signature against a rule.
  ///
  /// - Throws: `noValidSignature` and its like if the rule is not fulfilled, `gpgFailed` or
  ///   `deadlineExceeded` if that cannot be found out.
  func checkSignature(
    _ armored: String, of bytes: [UInt8], binding: String, _ rule: SignatureRule
  ) throws(OpenError) {
    let failure: GPGError
    do throws(GPGError) {
      let (text, signature) = (bytes.span, Array(armored.utf8))
      failure = try unsafe text.withUnsafeBytes { textBuffer throws(GPGError) in
        let text = unsafe try GPGData(reading: textBuffer)
        let span = signature.span
        return try unsafe span.withUnsafeBytes { buffer throws(GPGError) in
          let detached = unsafe try GPGData(reading: buffer)
          return unsafe run { context in
            unsafe gpgme_op_verify_start(context, detached.handle, text.handle, nil)
          }
        }
      }
    } catch {
      throw .gpgFailed(reason: error.text)
    }
    if failure.isExpired { throw .deadlineExceeded(deadline) }
    // A text that is no signature has none.
    guard failure.isNone else { throw .noValidSignature(reason: failure.text) }
    if lacksPublicKeys { throw .gpgFailed(reason: "its signer's public key is not in the keyring") }
    try checkSignatures(rule, binding: binding)
  }
}
