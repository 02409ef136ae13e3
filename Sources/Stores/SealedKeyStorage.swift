/// Where a backend keeps the sealed key of its store.
package protocol SealedKeyStorage: Sendable {
  /// `nil` before the first secret.
  func sealedKey() async throws(StoreError) -> String?

  /// Keeps the first key.
  ///
  /// - Returns: false where it may not be the one that is kept: another process was first.
  func addSealedKey(_ sealed: String) async throws(StoreError) -> Bool

  /// Replaces the sealed key with what `reseal` makes of it.
  ///
  /// - Returns: false where there is none.
  func replaceSealedKey(
    _ reseal: @Sendable (String) async throws(StoreError) -> String
  ) async throws(StoreError) -> Bool
}
