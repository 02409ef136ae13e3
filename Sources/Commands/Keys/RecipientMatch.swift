import Model
import OpenPGP

/// What a message's key packets say, compared with the keys that it should be addressed to.
struct RecipientMatch: Hashable {
  /// Ids of keys that no recipient has, all zeros for a hidden one; in the message's order.
  let strangers: [String]
  /// Ids of subkeys of recipients that are expired or revoked.
  let outdated: [String]
  /// Recipients with no valid subkey among the ids.
  let missing: [Fingerprint]
  /// A passphrase packet, or several packets of one id.
  let hasExtraPackets: Bool

  init(_ message: SealedMessage, _ recipients: [PublicKey]) {
    let ids = message.keyIDs
    let valid = Set(recipients.flatMap(\.validEncryptionKeyIDs).map(\.rawValue))
    let known = Set(recipients.flatMap(\.encryptionKeyIDs).map(\.rawValue))
    strangers = ids.filter { !known.contains($0) }
    outdated = ids.filter { known.contains($0) && !valid.contains($0) }
    missing = recipients.filter { key in
      !key.validEncryptionKeyIDs.contains { ids.contains($0.rawValue) }
    }.map(\.fingerprint)
    hasExtraPackets = message.hasPassphrase || !message.duplicateKeyIDs.isEmpty
  }

  /// Whether each recipient's valid subkey is named, and nothing else.
  var isExact: Bool {
    strangers.isEmpty && outdated.isEmpty && missing.isEmpty && !hasExtraPackets
  }

  /// For people; empty if it is exact.
  var notes: [String] {
    var notes: [String] = []
    if !missing.isEmpty {
      notes.append("it is not addressed to: \(missing.map(\.rawValue).joined(separator: ", "))")
    }
    if !strangers.isEmpty {
      notes.append("it is also addressed to: \(strangers.joined(separator: ", "))")
    }
    if !outdated.isEmpty {
      notes.append(
        "it is addressed to expired or revoked subkeys: \(outdated.joined(separator: ", "))")
    }
    return notes
  }
}
