/// The parts of a keyring's key that we use.
package struct PublicKey: Hashable, Sendable {
  package let fingerprint: Fingerprint
  /// The primary user id without control characters; empty if the key has none.
  package let userID: String
  package let subkeys: [Subkey]
  package let state: State

  /// Why values cannot be sealed for a key; the first reason that applies.
  package enum State: Hashable, Sendable {
    case usable
    case revoked
    /// `at` in seconds since 1970; `nil` if only the encryption subkeys have expired.
    case expired(at: Int64?)
    case disabled
    case invalid
    case cannotEncrypt
  }

  package struct Subkey: Hashable, Sendable {
    package let fingerprint: Fingerprint
    package let canEncrypt: Bool
    /// Neither revoked, expired, disabled nor invalid.
    package let isValid: Bool
    /// Seconds since 1970.
    let created: Int64
  }

  /// The id of the key that gpg encrypts to: the newest valid subkey for encryption, else the
  /// primary key if it can encrypt.
  var chosenEncryptionKeyID: KeyID? {
    let usable = subkeys.filter { $0.canEncrypt && $0.isValid }
    let below = usable.filter { $0.fingerprint != fingerprint }
    let newest = below.map(\.created).max()
    return (below.first { $0.created == newest } ?? usable.first)?.fingerprint.keyID
  }

  /// The ids by which messages to this key name it.
  package var encryptionKeyIDs: Set<KeyID> {
    Set(subkeys.filter(\.canEncrypt).map(\.fingerprint.keyID))
  }
}
