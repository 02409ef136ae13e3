/// Why a value could not be sealed.
package enum SealError: Error, Hashable, Sendable {
  case recipientUnusable(Fingerprint, reason: String)
  case signerUnusable(Fingerprint, reason: String)
  /// gpg made a message that hides its recipients; the lines of its configuration that may be why.
  case recipientsHidden([GPGOption])
  /// gpg addressed the message to other keys than those that were asked for: the ids, none if one of
  /// those that were asked for is missing or doubled, and the same lines.
  case addressedToOthers([KeyID], [GPGOption])
  case agentUnavailable
  case wrongPassphrase
  case cancelled
  /// gpg, its agent or a pinentry did not answer in time.
  case deadlineExceeded(Duration)
  case gpgFailed(reason: String)
}
