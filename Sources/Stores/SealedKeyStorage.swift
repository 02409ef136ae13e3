package import Model

/// Storage for the sealed key of a backend's store.
package protocol SealedKeyStorage: Sendable {
  /// `nil` before the first secret.
  func sealedKey() async throws(StoreError) -> String?

  /// Stores the first key, sealed.
  ///
  /// - Returns: false if another process may have stored a key first.
  func addSealedKey(_ key: StoreKey) async throws(StoreError) -> Bool

  /// Replaces the sealed key; a text that is not the old one's stays. If the key
  /// itself is replaced, what is sealed under the old one is sealed under the new one in the same step.
  func replaceSealedKey(
    _ rotation: KeyRotation, by provenance: Provenance
  ) async throws(StoreError)
}

/// The replacement of a store's sealed key.
package struct KeyRotation: Sendable {
  package let old: StoreKey
  package let new: StoreKey

  package init(from old: StoreKey, to new: StoreKey) {
    self.old = old
    self.new = new
  }

  /// Whether the key is another one; else it is sealed again for other recipients.
  package var replacesKey: Bool { old.generation != new.generation }
}
