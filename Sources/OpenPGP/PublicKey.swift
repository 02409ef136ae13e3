/// The parts of a keyring's key that we use.
package struct PublicKey: Hashable, Sendable {
  package let fingerprint: Fingerprint
  /// The primary user id without control characters; empty if the key has none.
  package let userID: String
  package let subkeys: [Subkey]
  package let state: State
  /// When the primary key expires, in seconds since 1970; `nil` for never.
  let primaryExpiry: Int64?

  /// Why values cannot be sealed for a key; the first reason that applies.
  package enum State: Hashable, Sendable {
    case usable
    /// It, or its only subkey for encryption, was created later than now, in seconds since 1970.
    case notYetValid(from: Int64)
    case revoked
    /// `at` in seconds since 1970; `nil` if only the encryption subkeys have expired.
    case expired(at: Int64?)
    case disabled
    case invalid
    case cannotEncrypt
  }

  /// A subkey or, the first, the primary key.
  package struct Subkey: Hashable, Sendable {
    package let fingerprint: Fingerprint
    package let canEncrypt: Bool
    /// Neither revoked, expired, disabled nor invalid.
    package let isValid: Bool
    /// Seconds since 1970.
    let created: Int64
    /// Seconds since 1970; `nil` for never.
    let expiry: Int64?
    /// Whether its secret part is in the keyring itself, and neither missing nor on a card; known
    /// only if secret keys were listed.
    let isSecretHere: Bool
    /// The serial number of the card that has its secret part; `nil` if none has.
    let cardSerial: String?

    fileprivate var isUsable: Bool { canEncrypt && isValid }
  }

  /// The id of the key that gpg encrypts to: the newest valid subkey for encryption, else the
  /// primary key if it can encrypt.
  var chosenEncryptionKeyID: KeyID? {
    let usable = subkeys.filter(\.isUsable)
    let below = usable.filter { $0.fingerprint != fingerprint }
    let newest = below.map(\.created).max()
    return (below.first { $0.created == newest } ?? usable.first)?.fingerprint.keyID
  }

  /// The ids by which messages to this key name it, expired and revoked subkeys included.
  package var encryptionKeyIDs: Set<KeyID> {
    Set(subkeys.filter(\.canEncrypt).map(\.fingerprint.keyID))
  }

  /// The ids to which messages are sealed now.
  package var validEncryptionKeyIDs: Set<KeyID> {
    Set(subkeys.filter(\.isUsable).map(\.fingerprint.keyID))
  }

  /// The ids of the subkeys that can decrypt here.
  package var openingKeyIDs: Set<KeyID> {
    Set(subkeys.filter { $0.canEncrypt && $0.isSecretHere }.map(\.fingerprint.keyID))
  }

  /// The ids of the subkeys that a card can decrypt with, and the card's serial number.
  var cardKeyIDs: [KeyID: String] {
    let onCards = subkeys.filter(\.canEncrypt).compactMap { subkey in
      subkey.cardSerial.map { (subkey.fingerprint.keyID, $0) }
    }
    return Dictionary(onCards) { first, _ in first }
  }

  /// From when on nothing can be sealed for it, in seconds since 1970; `nil` for never.
  package var encryptionExpiry: Int64? {
    let usable = subkeys.filter(\.isUsable).map(\.expiry)
    let last = usable.contains(nil) ? nil : usable.compactMap(\.self).max()
    return [last, primaryExpiry].compactMap(\.self).min()
  }
}
