import Model
import OpenPGP

/// A key as people know it: whose it is, and the end of its fingerprint.
struct KeyPerson: Hashable, CustomStringConvertible {
  /// `nil` if the keyring has no such key.
  let userID: String?
  /// The full fingerprint; of a key that the keyring lacks, what is known about it: an id.
  let key: String
  /// Whether the keyring or the trusted commit has it, and not only the files under review.
  let isVerified: Bool

  init(_ key: PublicKey, isVerified: Bool = true) {
    userID = key.userID
    self.key = key.fingerprint.rawValue
    self.isVerified = isVerified
  }

  init(unknown key: String) {
    userID = nil
    self.key = key
    isVerified = false
  }

  /// The key with this fingerprint, or with a subkey of this id.
  init(_ id: String, among keys: [PublicKey]) {
    let found = keys.first { key in
      key.fingerprint.rawValue == id || key.encryptionKeyIDs.contains(KeyID(id))
    }
    self = found.map { KeyPerson($0) } ?? KeyPerson(unknown: id)
  }

  /// `Ann <ann@example.com> (60B08D8547395983)`, or `Ann <ann@example.com>, name unverified (…)`.
  var description: String {
    if key == KeyID.hidden.rawValue { return "a hidden recipient" }
    let short = Fingerprint(key)?.keyID.rawValue ?? key
    let doubt = isVerified ? "" : ", name unverified"
    return userID.map { "\($0.isEmpty ? "no user id" : $0)\(doubt) (\(short))" }
      ?? "\(short) (not in your keyring)"
  }
}
