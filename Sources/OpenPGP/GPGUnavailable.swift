/// gpg or gpgme cannot be used at all.
package struct GPGUnavailable: Error, Hashable, Sendable {
  package let reason: String
  /// Whether gpg did not answer in time.
  package var isStalled = false

  static func stalled(_ deadline: Duration) -> GPGUnavailable {
    GPGUnavailable(
      reason: "gpg or its agent did not answer within \(deadline.components.seconds) seconds",
      isStalled: true)
  }
}
