/// A key of the keyring, as far as we ask for it.
package struct PublicKey: Hashable, Sendable {
  package let fingerprint: Fingerprint
  /// The primary user id without control characters; empty where the key has none.
  package let userID: String
  package let subkeys: [Subkey]
  package let state: State

  /// What speaks against sealing for a key; the first that holds.
  package enum State: Hashable, Sendable {
    case usable
    case revoked
    /// `at` in seconds since 1970; `nil` where only the encryption subkeys have expired.
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
  }

  /// The ids by which messages to this key name it.
  package var encryptionKeyIDs: Set<KeyID> {
    Set(subkeys.filter(\.canEncrypt).map(\.fingerprint.keyID))
  }
}
