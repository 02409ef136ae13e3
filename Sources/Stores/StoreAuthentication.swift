package import Model

/// Codes by which a store shows that a holder of its key wrote all that it has: names, plain values,
/// records, versions, events.
///
/// Reads check them where the key is available, and report what does not fit as `corrupt`.
package protocol StoreAuthentication: Sendable {
  /// Whether an earlier version wrote the store, without codes, and its key is available here.
  func needsUpgrade() async throws(StoreError) -> Bool

  /// Replaces the key by one that stands for codes, seals everything under it, and writes the codes.
  func upgrade(by provenance: Provenance) async throws(StoreError)

  /// Everything that is not as it was written; `nil` if the store has no codes.
  ///
  /// - Throws: `keyUnavailable` if the key is not available here.
  func faults() async throws(StoreError) -> [ContentFault]?

  /// How many entries of each kind belong to no connection; kinds without any are not in it.
  func orphans() async throws(StoreError) -> [String: Int]

  /// Takes everything as it is now: the codes are written again, and what belongs to no connection is
  /// removed.
  func accept() async throws(StoreError)
}
