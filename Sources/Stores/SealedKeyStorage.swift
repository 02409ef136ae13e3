/// Storage for the sealed key of a backend's store.
package protocol SealedKeyStorage: Sendable {
  /// `nil` before the first secret.
  func sealedKey() async throws(StoreError) -> String?

  /// Stores the first key.
  ///
  /// - Returns: false if another process may have stored a key first.
  func addSealedKey(_ sealed: String) async throws(StoreError) -> Bool

  /// Replaces the sealed key with the result of `reseal`.
  ///
  /// - Returns: false if there is none.
  func replaceSealedKey(
    _ reseal: @Sendable (String) async throws(StoreError) -> String
  ) async throws(StoreError) -> Bool
}
