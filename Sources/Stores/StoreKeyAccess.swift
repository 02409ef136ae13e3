/// A store's own key, for who reads, rotates or uses it.
package protocol StoreKeyAccess: Sendable {
  /// The key as it is kept: an armored message; `nil` before the first secret.
  func sealed() async throws(StoreError) -> String?

  /// The key, opened; `nil` before the first secret.
  ///
  /// - Throws: `keyUnavailable` where it cannot be opened here.
  func present() async throws(StoreError) -> StoreKey?

  /// The key, opened from a copy of it.
  func open(_ sealed: String) async throws(StoreError) -> StoreKey

  /// Seals the key again, for the present recipients.
  ///
  /// - Returns: false where there is no key yet.
  func reseal() async throws(StoreError) -> Bool
}
