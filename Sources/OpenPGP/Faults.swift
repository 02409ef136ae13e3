/// gpg or gpgme cannot be used at all; in words.
package struct GPGUnavailable: Error, Hashable, Sendable {
  package let reason: String
}

/// Why nothing can be sealed for a recipient that a project names.
package enum RecipientFault: Error, Hashable, Sendable {
  /// A short id, a name, an e-mail address: anything that could mean another key tomorrow.
  case notFingerprint
  case notFound
  case ambiguous
  /// The fingerprint of a subkey.
  case isSubkey(of: Fingerprint)
  case revoked
  /// Seconds since 1970, where gpg tells them.
  case expired(at: Int64?)
  case disabled
  case invalid
  case cannotEncrypt
}

/// Why a value could not be sealed.
package enum SealFault: Error, Hashable, Sendable {
  case recipientUnusable(Fingerprint, reason: String)
  case signerUnusable(Fingerprint, reason: String)
  case agentUnavailable
  case cancelled
  case deadlineExceeded
  case gpgFailed(reason: String)
}

/// Why a message could not be opened. No case holds any of its content.
package enum OpenFault: Error, Hashable, Sendable {
  /// None of the keys that the message is for is in the keyring.
  case noSecretKey([KeyID])
  /// The key's passphrase would have to be asked for, and nobody can be asked.
  case agentUnavailable
  case cancelled
  /// Damaged, tampered with, not encrypted, or not integrity protected.
  case badMessage
  /// It was sealed for another binding; `nil` where it names none.
  case bindingMismatch(found: String?)
  case noValidSignature(reason: String)
  case tooLarge(limit: Int)
  case deadlineExceeded
  case gpgFailed(reason: String)
}
