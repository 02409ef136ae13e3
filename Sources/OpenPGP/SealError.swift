/// Why a value could not be sealed.
package enum SealError: Error, Hashable, Sendable {
  case recipientUnusable(Fingerprint, reason: String)
  case signerUnusable(Fingerprint, reason: String)
  case agentUnavailable
  case cancelled
  case deadlineExceeded
  case gpgFailed(reason: String)
}
