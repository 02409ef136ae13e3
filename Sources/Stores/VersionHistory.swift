package import Model

/// The versions of connections that a store keeps, and its log of them.
package protocol VersionHistory: Sendable {
  /// The versions of a connection that are kept, newest first.
  func versions(of name: ConnectionName) async throws(StoreError) -> [StoredVersion]

  /// The stored events of a connection of this name, oldest first.
  func events(of name: ConnectionName) async throws(StoreError) -> [StoreEvent]

  /// Restores the setup of an older version, as a new version with its applied record.
  ///
  /// - Throws: `notFound` if there is no such connection; `refused` if it has no such version any
  ///   more.
  func rollBack(
    _ name: ConnectionName, to version: StoreVersion, by provenance: Provenance
  ) async throws(StoreError) -> AppliedRecord
}
