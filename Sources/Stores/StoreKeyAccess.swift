package import Model

/// Access to a store's own key, to read, rotate or use it.
package protocol StoreKeyAccess: Sendable {
  /// The stored key: an armored message; `nil` before the first secret.
  func sealed() async throws(StoreError) -> String?

  /// The key, opened; `nil` before the first secret.
  ///
  /// - Throws: `keyUnavailable` if it cannot be opened here.
  func present() async throws(StoreError) -> StoreKey?

  /// Opens the key, or creates it if there is none, so that no later write fails for it.
  ///
  /// - Throws: `keyUnavailable` if it cannot be opened here; `keyNotSealed` if it cannot be sealed for
  ///   a recipient.
  func prepare() async throws(StoreError)

  /// The key, opened from a copy of it.
  func open(_ sealed: String) async throws(StoreError) -> StoreKey

  /// Seals the key again, for the current recipients; nothing happens before the first secret.
  ///
  /// - Parameter makesNew: replaces the key, and seals everything in the store under the new one, so that
  ///   who could open the previous one opens nothing that is in the store from now on.
  func update(makesNew: Bool, by provenance: Provenance) async throws(StoreError)
}
