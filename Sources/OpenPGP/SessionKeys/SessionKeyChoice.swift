package import Model

/// Which session key new messages may share.
package enum SessionKeyChoice: Sendable {
  /// One that we made for exactly their recipients: in this process, or for one of these messages.
  case present([SealedMessage])
  /// A new one.
  case new
}
