/// Why a message could not be opened. No case holds any of its content.
package enum OpenError: Error, Hashable, Sendable {
  /// None of the keys that the message is for is in the keyring.
  case noSecretKey([KeyID])
  /// The key's passphrase is needed, and prompting is not possible.
  case agentUnavailable
  case cancelled
  /// Damaged, tampered with, not encrypted, or not integrity protected.
  case badMessage
  /// It was sealed for another binding; `nil` if it names none.
  case bindingMismatch(found: String?)
  case noValidSignature(reason: String)
  case tooLarge(limit: Int)
  case deadlineExceeded
  case gpgFailed(reason: String)
}
