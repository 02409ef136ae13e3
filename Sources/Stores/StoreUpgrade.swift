package import Model

/// Brings what a store keeps in the previous format, in which records have no owner, to the current one.
///
/// Needed for stores that several projects may use: which of them a record belongs to, only a person
/// can say.
package protocol StoreUpgrade: Sendable {
  /// Makes the store's owner the owner of these connections, and moves what belongs to their records
  /// (the store's key, tokens, what a killed run left) to the owner's own place. Under the store's
  /// lock; running it again is harmless.
  ///
  /// - Returns: the connections that had no owner and have one now.
  func claim(
    _ names: Set<ConnectionName>, by provenance: Provenance
  ) async throws(StoreError) -> Set<ConnectionName>
}
