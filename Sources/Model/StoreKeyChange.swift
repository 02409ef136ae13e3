/// What an apply does to the store's own key.
package struct StoreKeyChange: Hashable, Sendable, Codable {
  /// The recipients that it will be sealed for and is not addressed to now, as people know them.
  package let added: [String]
  /// Those that it is addressed to now, and that are no longer recipients.
  package let removed: [String]
  /// Of the sealed key that the plan saw.
  package let current: CiphertextDigest

  package init(added: [String], removed: [String], current: CiphertextDigest) {
    self.added = added
    self.removed = removed
    self.current = current
  }

  /// A recipient who goes may know the key: another one is made, and everything is sealed under it.
  package var makesNewKey: Bool { !removed.isEmpty }
}
