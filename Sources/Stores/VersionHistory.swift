package import Model

/// The versions of connections that a store keeps, and its log of them.
package protocol VersionHistory: Sendable {
  /// The versions of a connection that are kept, newest first.
  func versions(of name: ConnectionName) async throws(StoreError) -> [StoredVersion]

  /// Everything that ever happened to a connection of this name, oldest first, as far as it is kept.
  func events(of name: ConnectionName) async throws(StoreError) -> [StoreEvent]

  /// Puts the setup of an older version back, as a new version with its applied record.
  ///
  /// - Throws: `notFound` where there is no such connection; `refused` where it has no such version
  ///   any more.
  func rollBack(
    _ name: ConnectionName, to version: StoreVersion, by provenance: Provenance
  ) async throws(StoreError) -> AppliedRecord
}
