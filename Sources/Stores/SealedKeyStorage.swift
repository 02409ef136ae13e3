package import Model

/// Storage for the sealed key of a backend's store.
package protocol SealedKeyStorage: Sendable {
  /// `nil` before the first secret.
  func sealedKey() async throws(StoreError) -> String?

  /// Stores the first key.
  ///
  /// - Returns: false if another process may have stored a key first.
  func addSealedKey(_ sealed: String) async throws(StoreError) -> Bool

  /// Replaces the sealed key.
  ///
  /// - Parameters:
  ///   - old: the text that is there; nothing is written over another one.
  ///   - rotation: the keys, if the key itself is replaced. What is sealed under the old one is sealed
  ///     under the new one in the same step.
  func replaceSealedKey(
    _ old: String, with new: String, rotation: KeyRotation?, by provenance: Provenance
  ) async throws(StoreError)
}

/// The replacement of a store's key.
package struct KeyRotation: Sendable {
  package let old: StoreKey
  package let new: StoreKey

  package init(from old: StoreKey, to new: StoreKey) {
    self.old = old
    self.new = new
  }
}
