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

  /// The key of this fingerprint or id, its own or a subkey's.
  init(_ id: String, among keys: [PublicKey]) {
    self = keys.first { $0.isNamed(by: id) }.map { KeyPerson($0) } ?? KeyPerson(unknown: id)
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

extension PublicKey {
  /// - Parameter id: a fingerprint, or the id of an encryption key; its own or a subkey's.
  func isNamed(by id: String) -> Bool {
    fingerprint.rawValue == id || encryptionKeyIDs.contains(KeyID(id))
      || subkeys.contains { $0.fingerprint.rawValue == id }
  }
}
