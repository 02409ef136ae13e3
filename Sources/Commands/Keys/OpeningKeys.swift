import Model
import OpenPGP

/// The keys that can open messages on this machine.
struct OpeningKeys: Sendable {
  private let ids: Set<String>

  init(_ secretKeys: [PublicKey]) {
    ids = Set(secretKeys.flatMap(\.encryptionKeyIDs).map(\.rawValue))
  }

  var isEmpty: Bool { ids.isEmpty }

  /// Whether one of the keys may open a message: it is addressed to one of them, or hides its
  /// recipients.
  func mayOpen(_ message: SealedMessage) -> Bool {
    isNamed(in: message) || (!ids.isEmpty && message.hasHiddenRecipients)
  }

  /// Whether it is addressed to one of them.
  func isNamed(in message: SealedMessage) -> Bool { message.keyIDs.contains(where: ids.contains) }
}
