/// Why nothing can be sealed for a recipient that a project names.
package enum RecipientError: Error, Hashable, Sendable {
  /// A short id, a name, an e-mail address: anything that could mean another key tomorrow.
  case notFingerprint
  case notFound
  case ambiguous
  /// The fingerprint of a subkey.
  case isSubkey(of: Fingerprint)
  case revoked
  /// Seconds since 1970, if gpg reports them.
  case expired(at: Int64?)
  /// Created later than now, in seconds since 1970.
  case notYetValid(from: Int64)
  case disabled
  case invalid
  case cannotEncrypt
}
