package import Diagnostics
package import Manifests
package import Model
package import OpenPGP

/// Diagnostics for OpenPGP's errors; every one is created here.
extension Diagnostic {
  package init(_ error: GPGUnavailable) {
    self.init(
      .gpgUnavailable, "gpg is not available", notes: [error.reason],
      help: ["install it: apt-get install gnupg"])
  }

  package init(_ fault: RecipientError, _ recipient: LocatedText) {
    let key = recipient.text
    func make(
      _ code: DiagnosticCode, _ message: String, notes: [String] = [], help: [String] = []
    ) -> Diagnostic {
      Diagnostic(code, message, at: recipient.location, notes: notes, help: help)
    }
    let replace = "replace it in \(Project.fileName), then: vaultctl rekey"
    self =
      switch fault {
      case .notFingerprint:
        make(.recipientNotFingerprint, "`\(key)` is not a full fingerprint")
      case .notFound:
        make(
          .recipientNotFound, "recipient `\(key)` is not in your keyring",
          help: ["import it: gpg --import FILE, or gpg --receive-keys \(key)"])
      case .ambiguous:
        make(.recipientAmbiguous, "more than one key has the fingerprint `\(key)`")
      case .isSubkey(let primary):
        make(
          .recipientNotFingerprint, "`\(key)` is a subkey",
          help: ["use the primary key: \(primary)"])
      case .revoked:
        make(.recipientRevoked, "recipient `\(key)` is revoked", help: [replace])
      case .expired(let seconds):
        make(
          .recipientExpired, "recipient `\(key)` has expired",
          notes: seconds.map {
            ["it expired at \(Timestamp(milliseconds: Seconds($0).milliseconds.count))"]
          } ?? ["its encryption subkey has expired"],
          help: ["fetch the renewed key: gpg --receive-keys \(key)", replace])
      case .disabled:
        make(
          .recipientDisabled, "recipient `\(key)` is disabled in your keyring",
          help: ["gpg --edit-key \(key) enable save"])
      case .invalid:
        make(.recipientCannotEncrypt, "recipient `\(key)` is not a valid key", help: [replace])
      case .cannotEncrypt:
        make(
          .recipientCannotEncrypt, "recipient `\(key)` has no encryption subkey",
          help: ["gpg --quick-add-key \(key) cv25519 encr"])
      }
  }

  package init(_ fault: SealError, _ field: FieldName, at location: Location?) {
    func make(_ code: DiagnosticCode, _ reason: String, help: [String] = []) -> Diagnostic {
      Diagnostic(
        code, "`\(field)` could not be sealed", at: location, notes: [reason], help: help)
    }
    self =
      switch fault {
      case .recipientUnusable(let key, let reason):
        make(.recipientCannotEncrypt, "recipient \(key): \(reason)")
      case .signerUnusable(let key, let reason): make(.gpgFailed, "signer \(key): \(reason)")
      case .agentUnavailable:
        make(
          .agentUnavailable, "there was no way to ask for the signing key's passphrase",
          help: ["unlock it first: echo | gpg --sign > /dev/null"])
      case .cancelled: make(.cancelled, "cancelled")
      case .deadlineExceeded: make(.deadlineExceeded, "gpg timed out")
      case .gpgFailed(let reason): make(.gpgFailed, reason)
      }
  }

  package init(_ fault: OpenError, _ address: FieldAddress, at location: Location?) {
    func make(
      _ code: DiagnosticCode, _ message: String, notes: [String] = [], help: [String] = []
    ) -> Diagnostic {
      Diagnostic(
        code, "`\(address.field)` of `\(address.connection)` \(message)", at: location,
        notes: notes,
        help: help)
    }
    let again = "seal it again: vaultctl set \(address.connection) \(address.field)"
    self =
      switch fault {
      case .noSecretKey(let ids):
        make(
          .noSecretKey, "cannot be decrypted: no secret key for it is available",
          notes: ["it is sealed for: \(ids.map(\.rawValue).joined(separator: ", "))"],
          help: ["list your keys: gpg --list-secret-keys --keyid-format long"])
      case .agentUnavailable:
        make(
          .agentUnavailable,
          "cannot be decrypted: there was no way to ask for its key's passphrase",
          help: ["unlock the key in gpg-agent first, or use a key without a passphrase in CI"])
      case .cancelled: make(.cancelled, "was not decrypted: cancelled")
      case .badMessage:
        make(
          .badMessage, "is damaged or was tampered with",
          help: ["restore it from git: git log -p -- FILE", again])
      case .bindingMismatch(let found):
        make(
          .bindingMismatch, "was sealed for a different field",
          notes: [
            found.map { "it was sealed for \($0)" } ?? "it has no binding",
            "a sealed value opens only at its own binding, so that none can be moved unnoticed",
          ], help: [again])
      case .noValidSignature(let reason):
        make(.noValidSignature, "has no valid signature", notes: [reason], help: [again])
      case .tooLarge(let limit):
        make(.invalidSecretValue, "is larger than \(limit) bytes", help: [again])
      case .deadlineExceeded: make(.deadlineExceeded, "was not decrypted: gpg timed out")
      case .gpgFailed(let reason): make(.gpgFailed, "cannot be decrypted", notes: [reason])
      }
  }
}
