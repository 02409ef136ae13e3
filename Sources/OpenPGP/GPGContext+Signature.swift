import CGPGME

/// The notation that binds a signature to a field (RFC 9580 section 5.2.3.24).
///
/// A signature covers the value and not the literal packet's file name. Without this, a signed value
/// could be wrapped again under another name.
enum BindingNotation {
  static let name = "binding@vaultctl"

  /// As gpg's `--sig-notation` takes a value: it would expand `%k` and others.
  static func argument(_ binding: String) -> String {
    String(binding.flatMap { $0 == "%" ? ["%", "%"] : [$0] })
  }
}

extension GPGContext {
  /// Makes the next signatures name the binding. It is not critical: gpg refuses critical notations
  /// that it does not know.
  func addBindingNotation(_ binding: String) -> GPGError {
    unsafe GPGError(
      gpgme_sig_notation_add(
        handle, BindingNotation.name, BindingNotation.argument(binding),
        gpgme_sig_notation_flags_t(GPGME_SIG_NOTATION_HUMAN_READABLE)))
  }

  /// Checks the signatures of the message that was just opened. One must hold, be made by one of the
  /// signers, and name exactly this binding; other notations and signatures do not matter.
  ///
  /// - Throws: `gpgFailed` if the signers' keys cannot be listed.
  func checkSignatures(_ rule: SignatureRule, binding: String) throws(OpenError) {
    let signers: Set<Fingerprint>
    let acceptsUnbound: Bool
    switch rule {
    case .ignored: return
    case .required(let keys): (signers, acceptsUnbound) = (keys, false)
    case .requiredIfPresent(let keys): (signers, acceptsUnbound) = (keys, true)
    }
    let signatures = messageSignatures()
    if signatures.isEmpty, acceptsUnbound { return }
    let holding = signatures.filter { $0.fault == nil }
    let keys = try signingKeys(of: signers, among: holding.compactMap(\.madeBy))
    let trusted = holding.filter { $0.madeBy.map(keys.contains) ?? false }
    if trusted.contains(where: { $0.bindings == [Array(binding.utf8)] }) { return }
    if let other = trusted.first(where: { !$0.bindings.isEmpty }) {
      throw .signedForAnotherBinding(
        found: other.bindings.map { String(decoding: $0, as: UTF8.self) })
    }
    if let signer = trusted.first?.madeBy {
      if acceptsUnbound { return }
      throw .signatureWithoutBinding(signer)
    }
    guard let last = signatures.last else { throw .unsigned }
    if last.fault == nil, let signer = last.madeBy { throw .signedByOther(signer) }
    throw .noValidSignature(reason: last.fault ?? "its signer is not named")
  }

  private struct MessageSignature {
    /// The key or subkey that made it.
    let madeBy: Fingerprint?
    /// gpg's reason why it does not hold; `nil` if it does.
    let fault: String?
    /// The values of its notations of our name, in their order.
    let bindings: [[UInt8]]
  }

  /// Copied at once: the next operation of the context, even a look at the keyring, frees them.
  private func messageSignatures() -> [MessageSignature] {
    var found: [MessageSignature] = []
    var next = unsafe gpgme_op_verify_result(handle)?.pointee.signatures
    while let signature = unsafe next?.pointee {
      let error = unsafe GPGError(signature.status)
      found.append(
        MessageSignature(
          madeBy: unsafe signature.fpr.flatMap { unsafe Fingerprint(String(cString: $0)) },
          fault: error.isNone ? nil : error.text,
          bindings: unsafe Self.bindings(signature.notations)))
      unsafe next = signature.next
    }
    return found
  }

  /// Whether no signature could be checked, since the keyring has none of their keys.
  var lacksPublicKeys: Bool {
    var next = unsafe gpgme_op_verify_result(handle)?.pointee.signatures
    var isAny = false
    while let signature = unsafe next?.pointee {
      guard unsafe GPGError(signature.status).code == GPG_ERR_NO_PUBKEY else { return false }
      isAny = true
      unsafe next = signature.next
    }
    return isAny
  }

  /// gpg reports only what is in the signed part of a signature.
  private static func bindings(_ notations: gpgme_sig_notation_t?) -> [[UInt8]] {
    var found: [[UInt8]] = []
    var next = unsafe notations
    while let notation = unsafe next?.pointee {
      // A policy URL has no name.
      if let name = unsafe notation.name, unsafe String(cString: name) == BindingNotation.name {
        let value = unsafe UnsafeRawBufferPointer(
          start: notation.value, count: Int(notation.value_len))
        found.append(unsafe Array(value))
      }
      unsafe next = notation.next
    }
    return found
  }

  /// The signers' keys. A signature names the subkey that made it, and the project names primary
  /// keys; the keyring is asked only if a signature needs it.
  private func signingKeys(
    of signers: Set<Fingerprint>, among made: [Fingerprint]
  ) throws(OpenError) -> Set<Fingerprint> {
    if signers.isSuperset(of: made) { return signers }
    do throws(GPGError) {
      let keys = try keys(matching: signers.map(\.rawValue), secret: false)
      return signers.union(
        keys.filter { signers.contains($0.fingerprint) }.flatMap(\.subkeys).map(\.fingerprint))
    } catch {
      throw .gpgFailed(reason: error.text)
    }
  }
}
