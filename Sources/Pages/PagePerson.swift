package import Model

/// A person that values may be addressed to.
package struct PagePerson: Sendable {
  /// Whether values can be sealed for the key; `unknown` if it is not in the keyring.
  package enum State: String, Encodable, Sendable {
    case usable, unknown, revoked, expired, disabled, invalid
    case notYetValid = "not yet valid"
    case cannotEncrypt = "cannot encrypt"
  }

  let fingerprint: String
  /// The user id; `nil` if the key is not in the keyring.
  let name: String?
  /// The ids that messages name it by.
  let keyIDs: Set<String>
  let state: State
  /// From when on nothing can be sealed for it; `nil` for never.
  let expiresAt: Timestamp?
  /// The paths of the recipient rules that name it.
  let paths: [String]

  package init(
    fingerprint: String, name: String?, keyIDs: Set<String>, state: State, expiresAt: Timestamp?,
    paths: [String]
  ) {
    self.fingerprint = fingerprint
    self.name = name
    self.keyIDs = keyIDs
    self.state = state
    self.expiresAt = expiresAt
    self.paths = paths
  }
}
