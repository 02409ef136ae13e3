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

  /// - Parameter others: of the keyring, for the names of keys that are no recipients.
  init(_ message: SealedMessage, _ recipients: [PublicKey], others: [PublicKey] = []) {
    let ids = message.keyIDs
    let valid = Set(recipients.flatMap(\.validEncryptionKeyIDs).map(\.rawValue))
    let known = Set(recipients.flatMap(\.encryptionKeyIDs).map(\.rawValue))
    strangers = ids.filter { !known.contains($0) }
    outdated = ids.filter { known.contains($0) && !valid.contains($0) }
    missing = recipients.filter { key in
      !key.validEncryptionKeyIDs.contains { ids.contains($0.rawValue) }
    }.map(\.fingerprint)
    self.known = recipients + others
    hasExtraPackets = message.hasPassphrase || !message.duplicateKeyIDs.isEmpty
  }

  /// The recipients, and other keys of the keyring that the message may name.
  let known: [PublicKey]

  /// Whether each recipient's valid subkey is named, and nothing else.
  var isExact: Bool {
    strangers.isEmpty && outdated.isEmpty && missing.isEmpty && !hasExtraPackets
  }

  /// `strangers` for people.
  var strangerNames: [String] { strangers.map { KeyPerson($0, among: known).description } }

  /// For people; empty if it is exact.
  var notes: [String] {
    var notes: [String] = []
    if !missing.isEmpty {
      let names = missing.map { KeyPerson($0.rawValue, among: known).description }
      notes.append("it is not addressed to: \(names.joined(separator: ", "))")
    }
    if !strangers.isEmpty {
      notes.append("it is also addressed to: \(strangerNames.joined(separator: ", "))")
    }
    if !outdated.isEmpty {
      let names = outdated.map { "\($0) of \(KeyPerson($0, among: known))" }
      notes.append(
        "it is addressed to expired or revoked subkeys: \(names.joined(separator: ", "))")
    }
    return notes
  }
}
