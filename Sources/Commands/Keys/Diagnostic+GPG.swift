package import Diagnostics
import Foundation
package import Manifests
package import Model
package import OpenPGP

/// Diagnostics for OpenPGP's errors; every one is created here.
extension Diagnostic {
  package init(_ error: GPGUnavailable) {
    if error.isStalled {
      self.init(
        .deadlineExceeded, "gpg timed out", notes: [error.reason],
        help: ["check it: gpg --version", "restart its agent: gpgconf --kill gpg-agent"])
    } else {
      self.init(
        .gpgUnavailable, "gpg is not available", notes: [error.reason],
        help: [Self.wayToGPG(InheritedEnvironment.variables)])
    }
  }

  private static func wayToGPG(_ environment: [String: String]) -> String {
    let files = FileManager.default
    let folders = (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    if !folders.contains(where: { files.isExecutableFile(atPath: "\($0)/gpg") }) {
      return "install it: apt-get install gnupg"
    }
    if let home = environment["GNUPGHOME"], !home.isEmpty, !files.fileExists(atPath: home) {
      return "GNUPGHOME does not exist; unset it, or: mkdir -m 700 \(shellWord(home))"
    }
    return "see what gpg says: gpg --list-keys"
  }

  /// - Parameter person: whose key it is; `nil` if the keyring lacks it.
  package init(_ fault: RecipientError, _ recipient: LocatedText, person: String? = nil) {
    let key = recipient.text
    let name = person ?? "`\(key)`"
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
        make(.recipientRevoked, "recipient \(name) is revoked", help: [replace])
      case .expired(let seconds):
        make(
          .recipientExpired, "recipient \(name) has expired",
          notes: seconds.map {
            ["it expired at \(Timestamp(milliseconds: Seconds($0).milliseconds.count))"]
          } ?? ["its encryption subkey has expired"],
          help: ["fetch the renewed key: gpg --receive-keys \(key)", replace])
      case .notYetValid(let start):
        make(
          .recipientNotYetValid, "recipient \(name) is dated in the future",
          notes: [
            "it was created at \(Timestamp(milliseconds: Seconds(start).milliseconds.count)), by its own date"
          ],
          help: ["check this machine's clock: date", replace])
      case .disabled:
        make(
          .recipientDisabled, "recipient \(name) is disabled in your keyring",
          help: ["gpg --edit-key \(key) enable save"])
      case .invalid:
        make(.recipientCannotEncrypt, "recipient \(name) is not a valid key", help: [replace])
      case .cannotEncrypt:
        make(
          .recipientCannotEncrypt, "recipient \(name) has no encryption subkey",
          help: [
            "its owner adds one: gpg --quick-add-key \(key) cv25519 encr",
            "then fetch it again: gpg --receive-keys \(key)", replace,
          ])
      }
  }

  static func recipientExpiring(
    _ recipient: LocatedText, _ person: KeyPerson, at date: Timestamp
  ) -> Diagnostic {
    let key = recipient.text
    return Diagnostic(
      .recipientExpiring, "recipient \(person) expires soon", severity: .warning,
      at: recipient.location, notes: ["nothing can be sealed for it after \(date)"],
      help: [
        "its owner extends it: gpg --quick-set-expire \(key) 1y && gpg --quick-set-expire \(key) 1y '*'",
        "then fetch it again: gpg --receive-keys \(key)",
      ])
  }

  /// - Parameter keys: of the keyring, which the fault may name.
  package init(
    _ fault: SealError, _ field: FieldName, at location: Location?, among keys: [PublicKey] = []
  ) {
    self.init(fault, named: "`\(field)`", at: location, among: keys)
  }

  /// - Parameters:
  ///   - subject: what could not be sealed.
  ///   - keys: of the keyring, which the fault may name.
  init(
    _ fault: SealError, named subject: String, at location: Location? = nil,
    among keys: [PublicKey]
  ) {
    func person(_ id: String) -> KeyPerson { KeyPerson(id, among: keys) }
    func make(_ code: DiagnosticCode, _ reason: String, help: [String] = []) -> Diagnostic {
      Diagnostic(
        code, "\(subject) could not be sealed", at: location, notes: [reason], help: help)
    }
    func make(
      _ code: DiagnosticCode, _ reason: String, options: [GPGOption]
    ) -> Diagnostic {
      make(
        code, reason,
        help: options.isEmpty
          ? [
            "look for an option in gpg's configuration that changes recipients: gpgconf --list-dirs"
          ]
          : options.map { "remove `\($0.name)`: line \($0.line) of \($0.file)" })
    }
    self =
      switch fault {
      case .recipientUnusable(let key, let reason):
        make(.recipientCannotEncrypt, "recipient \(person(key.rawValue)): \(reason)")
      case .signerUnusable(let key, let reason):
        make(.gpgFailed, "signer \(person(key.rawValue)): \(reason)")
      case .recipientsHidden(let options):
        make(
          .addressedToOthers, "gpg hides the recipients of the message",
          options: options)
      case .addressedToOthers(let ids, let options):
        make(
          .addressedToOthers,
          ids.isEmpty
            ? "gpg did not address it to each of its recipients once"
            : "gpg addressed it to keys that were not asked for: "
              + ids.map { person($0.rawValue).description }.joined(separator: ", "),
          options: options)
      case .agentUnavailable:
        make(
          .agentUnavailable, "there was no way to ask for the signing key's passphrase",
          help: ["unlock it first: echo | gpg --sign > /dev/null"])
      case .wrongPassphrase:
        make(.agentUnavailable, "the signing key's passphrase was wrong")
      case .cancelled: make(.cancelled, "cancelled")
      case .deadlineExceeded(let deadline):
        make(.deadlineExceeded, Self.stalled(deadline), help: [Self.restartAgent])
      case .gpgFailed(let reason): make(.gpgFailed, reason)
      }
  }

  /// - Parameters:
  ///   - environment: the one whose overlay has the field; `nil` for the base.
  ///   - binding: the one at which the message was to open.
  ///   - ids: of the project's environments.
  ///   - keys: of the keyring, which the fault may name.
  package init(
    _ fault: OpenError, _ address: FieldAddress, in environment: String? = nil,
    at location: Location?, _ binding: SealBinding? = nil, ids: [String] = [],
    among keys: [PublicKey] = []
  ) {
    let option = environment.map { " --env \($0)" } ?? ""
    var help = [
      "seal it again: vaultctl set \(shellWord(address.connection.rawValue))"
        + " \(shellWord(address.field.rawValue))\(option)"
    ]
    var previousProject: String?
    if case .bindingMismatch(let found?) = fault, let names = binding?.renaming(from: found) {
      previousProject = names.from
      let command = "vaultctl rename-project \(shellWord(names.from)) \(shellWord(names.to))"
      help.insert("if the project was renamed: \(command)", at: 0)
    }
    if case .bindingMismatch(let found?) = fault, let environment,
      let id = binding?.environmentChange(from: found)?.from, id != "-", !ids.contains(id)
    {
      help.append(
        "if environment `\(id)` was renamed: add `id: \(id)` to `environments.\(environment)`")
    }
    self.init(
      fault, named: "`\(address.field)` of `\(address.connection)`", at: location, help: help,
      previousProject: previousProject, among: keys)
  }

  /// - Parameters:
  ///   - subject: what could not be opened.
  ///   - again: how to replace it.
  ///   - previousProject: the name that it was sealed for, if nothing else differs.
  ///   - keys: of the keyring, which the fault may name.
  init(
    _ fault: OpenError, named subject: String, at location: Location? = nil,
    help again: [String] = [], previousProject: String? = nil, among keys: [PublicKey]
  ) {
    let file = location?.file.map(shellWord) ?? "FILE"
    let restore =
      "find the last good version: git log -p -- \(file); then: git restore --source COMMIT -- \(file)"
    func names(_ ids: [KeyID]) -> String {
      ids.map { KeyPerson($0.rawValue, among: keys).description }.joined(separator: ", ")
    }
    func make(
      _ code: DiagnosticCode, _ message: String, notes: [String] = [], help: [String] = []
    ) -> Diagnostic {
      Diagnostic(code, "\(subject) \(message)", at: location, notes: notes, help: help)
    }
    self =
      switch fault {
      case .noSecretKey(let ids):
        make(
          .noSecretKey, "cannot be decrypted: no secret key for it is available",
          notes: ["it is addressed to: \(names(ids))"],
          help: ["list your keys: gpg --list-secret-keys --keyid-format long"])
      case .agentUnavailable:
        make(
          .agentUnavailable,
          "cannot be decrypted: there was no way to ask for its key's passphrase",
          help: [
            "let gpg ask on this terminal: export GPG_TTY=$(tty)",
            "or unlock the key in gpg-agent first; in CI, use a key without a passphrase",
          ])
      case .mislabelled(let ids):
        make(
          .mislabelled, "is addressed to your key, which does not open it",
          notes: [
            "its packet for \(names(ids)) is damaged, or belongs to another key"
          ],
          help: [
            restore,
            "or let another recipient seal it again: vaultctl rekey --all",
          ])
      case .wrongPassphrase:
        make(.agentUnavailable, "was not decrypted: the passphrase was wrong")
      case .cardUnavailable(let serial):
        make(
          .agentUnavailable, "cannot be decrypted: its key is on a smartcard",
          notes: [
            "the card\(serial.isEmpty ? "" : " \(serial)") is not inserted, or there was no way to ask for its PIN"
          ],
          help: ["insert the card, and look at it: gpg --card-status"])
      case .cancelled: make(.cancelled, "was not decrypted: cancelled")
      case .badMessage:
        make(
          .badMessage, "is damaged or was tampered with",
          help: [restore] + again)
      case .bindingMismatch(let found):
        make(
          .bindingMismatch,
          previousProject.map { "was sealed for project `\($0)`" }
            ?? "was sealed for a different field",
          notes: [
            found.map { "it was sealed for \($0)" } ?? "it has no binding",
            "a sealed value opens only at its own binding, so that none can be moved unnoticed",
          ], help: again)
      case .unsigned:
        make(
          .noValidSignature, "has no valid signature", notes: ["it is not signed"],
          help: again + [Self.signAll])
      case .noValidSignature(let reason):
        make(.noValidSignature, "has no valid signature", notes: [reason], help: again)
      case .signedByOther(let signer):
        make(
          .noValidSignature, "has no valid signature",
          notes: [
            "\(KeyPerson(signer.rawValue, among: keys)) signed it, who is no signer of the project"
          ],
          help: again)
      case .signatureWithoutBinding(let signer):
        make(
          .unboundSignature, "has a signature that does not name its field",
          notes: [
            "\(KeyPerson(signer.rawValue, among: keys)) signed the value, maybe for another field; earlier versions signed like this"
          ],
          help: [Self.signAll] + again)
      case .signedForAnotherBinding(let found):
        make(
          .signedForAnother, "was signed for a different field",
          notes: [
            found.count == 1
              ? "it was signed for \(found[0])"
              : "its signature names \(found.count) bindings, and must name one"
          ], help: again)
      case .tooLarge(let limit):
        make(.invalidSecretValue, "is larger than \(limit) bytes", help: again)
      case .deadlineExceeded(let deadline):
        make(
          .deadlineExceeded, "was not decrypted: gpg timed out", notes: [Self.stalled(deadline)],
          help: [Self.restartAgent])
      case .gpgFailed(let reason): make(.gpgFailed, "cannot be decrypted", notes: [reason])
      }
  }

  private static func stalled(_ deadline: Duration) -> String {
    "gpg, its agent or a pinentry did not answer within \(deadline.components.seconds) seconds"
  }

  private static var restartAgent: String { "restart its agent: gpgconf --kill gpg-agent" }

  private static var signAll: String {
    "if git's history shows that each such value was sealed by one of you, sign them: vaultctl rekey --accept-unsigned"
  }
}
