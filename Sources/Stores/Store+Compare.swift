package import Model
package import Secrets

extension Store {
  /// Compares opened values with those of applied records, in the order given; `nil` if the record
  /// has no digest of that field, or there is no key.
  ///
  /// - Parameters:
  ///   - applied: the records as they were read from this store.
  ///   - isOffline: without asking the backend, as `readOffline`.
  /// - Throws: `keyUnavailable` if the store's key is not available here.
  package func compare(
    _ values: [(field: FieldAddress, value: SecretBytes)],
    with applied: [ConnectionName: AppliedRecord], isOffline: Bool = false
  ) async throws(StoreError) -> [SecretComparison?] {
    if values.isEmpty { return [] }
    guard let key, let opened = try await openedKey(key, isOffline: isOffline) else {
      return values.map { _ in nil }
    }
    return opened.compare(values, with: applied)
  }

  private func openedKey(
    _ key: any StoreKeyAccess, isOffline: Bool
  ) async throws(StoreError) -> StoreKey? {
    guard isOffline else { return try await key.present() }
    guard let sealed = try await offlineReader().sealedKey() else { return nil }
    return try await key.open(sealed)
  }
}
