package import Diagnostics
package import Manifests
package import Model
package import OpenPGP

/// What OpenPGP reports, as diagnostics; the one place for that.
extension Diagnostic {
  package init(_ error: GPGUnavailable) {
    self.init(
      .gpgUnavailable, "gpg cannot be used", notes: [error.reason],
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
          .recipientNotFingerprint, "`\(key)` is a subkey", help: ["name its key: \(primary)"])
      case .revoked:
        make(.recipientRevoked, "recipient `\(key)` is revoked", help: [replace])
      case .expired(let seconds):
        make(
          .recipientExpired, "recipient `\(key)` has expired",
          notes: seconds.map {
            ["it expired at \(Timestamp(milliseconds: Seconds($0).milliseconds.count))"]
          } ?? ["its encryption subkey has"],
          help: ["get its renewed key: gpg --receive-keys \(key)", replace])
      case .disabled:
        make(
          .recipientDisabled, "recipient `\(key)` is disabled in your keyring",
          help: ["gpg --edit-key \(key) enable save"])
      case .invalid:
        make(.recipientCannotEncrypt, "recipient `\(key)` is not a valid key", help: [replace])
      case .cannotEncrypt:
        make(
          .recipientCannotEncrypt, "recipient `\(key)` has no subkey for encryption",
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
          .agentUnavailable, "the signing key's passphrase could not be asked for",
          help: ["unlock it first: echo | gpg --sign > /dev/null"])
      case .cancelled: make(.cancelled, "it was cancelled")
      case .deadlineExceeded: make(.deadlineExceeded, "gpg did not answer in time")
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
    let again = "seal it anew: vaultctl set \(address.connection) \(address.field)"
    self =
      switch fault {
      case .noSecretKey(let ids):
        make(
          .noSecretKey, "cannot be opened: none of its keys is here",
          notes: ["these would do: \(ids.map(\.rawValue).joined(separator: ", "))"],
          help: ["see your keys: gpg --list-secret-keys --keyid-format long"])
      case .agentUnavailable:
        make(
          .agentUnavailable, "cannot be opened: its key's passphrase could not be asked for",
          help: ["unlock the key in gpg-agent first, or use a key without passphrase in CI"])
      case .cancelled: make(.cancelled, "was not opened: it was cancelled")
      case .badMessage:
        make(
          .badMessage, "is damaged, or was tampered with",
          help: ["take it back from git: git log -p -- FILE", again])
      case .bindingMismatch(let found):
        make(
          .bindingMismatch, "was sealed for another place",
          notes: [
            found.map { "it was sealed for \($0)" } ?? "it names no place",
            "a sealed value opens only where it was sealed for, so that none can be moved unseen",
          ], help: [again])
      case .noValidSignature(let reason):
        make(.noValidSignature, "has no valid signature", notes: [reason], help: [again])
      case .tooLarge(let limit):
        make(.invalidSecretValue, "is larger than \(limit) bytes", help: [again])
      case .deadlineExceeded: make(.deadlineExceeded, "was not opened: gpg did not answer in time")
      case .gpgFailed(let reason): make(.gpgFailed, "cannot be opened", notes: [reason])
      }
  }
}
