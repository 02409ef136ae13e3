extension PGPEngine {
  /// An armored detached signature that names a binding.
  package func signature(
    of bytes: [UInt8], binding: String, by signer: Fingerprint
  ) async throws(GPGUnavailable) -> Result<String, SealError> {
    let made = try await inLanes([bytes]) { context, bytes in
      Result { () throws(SealError) in
        try context.signature(of: bytes, binding: binding, signer: signer)
      }
    }
    return made.first ?? .failure(.gpgFailed(reason: "gpg returned no result"))
  }

  /// Checks a detached signature.
  ///
  /// - Returns: why it does not fulfil the rule; `gpgFailed` and its like if that cannot be found out.
  package func checkSignature(
    _ armored: String, of bytes: [UInt8], binding: String, _ rule: SignatureRule
  ) async throws(GPGUnavailable) -> OpenError? {
    let checked = try await inLanes([bytes]) { context, bytes -> OpenError? in
      do throws(OpenError) {
        try context.checkSignature(armored, of: bytes, binding: binding, rule)
        return nil
      } catch {
        return error
      }
    }
    return checked.first ?? .gpgFailed(reason: "gpg returned no result")
  }
}
