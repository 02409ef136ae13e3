package import Diagnostics
import Model

extension DiagnosticCode {
  /// What a message's key packets say without any key: passphrases, duplicates, hidden recipients,
  /// more packets than recipients.
  package static let addressing: Set<DiagnosticCode> = [
    .passphrasePacket, .duplicateKeyID, .hiddenRecipients, .moreKeyPackets,
  ]
}

extension Diagnostic {
  /// What is wrong with the key packets of the manifests' values, by what they claim: no key and no
  /// keyring is needed.
  static func addressing(_ manifest: Manifest, _ rule: RecipientRule?) -> [Diagnostic] {
    manifest.documents.flatMap { document in
      document.slots.compactMap { slot in
        slot.sealed.flatMap { message in
          addressing(
            message, recipientCount: rule.map { Set($0.keys.map(\.text)).count },
            of: FieldAddress(document.name, slot.field),
            at: document.origin.location(of: slot.field))
        }
      }
    }
  }

  /// The worst fault of one message; `nil` if it has none.
  private static func addressing(
    _ message: SealedMessage, recipientCount: Int?, of address: FieldAddress, at location: Location
  ) -> Diagnostic? {
    func make(
      _ code: DiagnosticCode, _ what: String, _ note: String, severity: Severity
    ) -> Diagnostic {
      Diagnostic(
        code, "`\(address.field)` of `\(address.connection)` \(what)", severity: severity,
        at: location, notes: [note],
        help: ["seal it again for its recipients alone: vaultctl rekey"])
    }
    if message.hasPassphrase {
      return make(
        .passphrasePacket, "is also addressed to a passphrase",
        "anyone who knows the passphrase can open it; vaultctl never adds one", severity: .error)
    }
    if !message.duplicateKeyIDs.isEmpty {
      return make(
        .duplicateKeyID, "has more than one key packet for a key",
        "addressed more than once: \(message.duplicateKeyIDs.joined(separator: ", ")); all but one may"
          + " be another key's",
        severity: .error)
    }
    if message.hasHiddenRecipients {
      return make(
        .hiddenRecipients, "hides its recipients",
        "nobody can review who its recipients are", severity: .warning)
    }
    if let recipientCount, message.keyIDs.count > recipientCount {
      return make(
        .moreKeyPackets, "is addressed to more keys than it has recipients",
        "addressed to \(message.keyIDs.count) keys, and its rule names \(recipientCount)",
        severity: .warning)
    }
    return nil
  }
}
