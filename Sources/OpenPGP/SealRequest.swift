package import Secrets

/// One value to be sealed.
package struct SealRequest: Sendable {
  package let value: SecretBytes
  /// Goes into the message, and must match when it is opened. Printable ASCII without space and
  /// `/`.
  package let binding: String
  package let recipients: [PublicKey]

  package init(value: SecretBytes, binding: String, recipients: [PublicKey]) {
    self.value = value
    self.binding = binding
    self.recipients = recipients
  }
}
