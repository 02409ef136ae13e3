/// One message to be opened.
package struct OpenRequest: Sendable {
  package let armored: String
  package let binding: String
  /// `nil`: no signature is required.
  package let signers: Set<Fingerprint>?

  package init(armored: String, binding: String, signers: Set<Fingerprint>? = nil) {
    self.armored = armored
    self.binding = binding
    self.signers = signers
  }
}
