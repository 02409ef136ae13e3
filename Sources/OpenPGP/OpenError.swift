/// Why a message could not be opened. No case holds any of its content.
package enum OpenError: Error, Hashable, Sendable {
  /// None of the keys that the message is for is in the keyring.
  case noSecretKey([KeyID])
  /// It is addressed to these keys, whose secret parts are here, and none of them opens it.
  case mislabelled([KeyID])
  /// The key's passphrase is needed, and prompting is not possible.
  case agentUnavailable
  case wrongPassphrase
  /// Its key is on this smartcard, which is not inserted or not unlocked; empty if gpg does not know
  /// its serial number.
  case cardUnavailable(serial: String)
  case cancelled
  /// Damaged, tampered with, not encrypted, or not integrity protected.
  case badMessage
  /// It was sealed for another binding; `nil` if it names none.
  case bindingMismatch(found: String?)
  /// Nobody signed it.
  case unsigned
  case noValidSignature(reason: String)
  /// The signature holds, and who made it is none of the project's signers.
  case signedByOther(Fingerprint)
  /// A signer made the signature, but it names no binding.
  case signatureWithoutBinding(Fingerprint)
  /// A signer made the signature for other bindings, or for more than one.
  case signedForAnotherBinding(found: [String])
  case tooLarge(limit: Int)
  /// gpg, its agent or a pinentry did not answer in time.
  case deadlineExceeded(Duration)
  case gpgFailed(reason: String)
}
