package import Model

/// The versions of connections that a store keeps, and its log of them.
package protocol VersionHistory: Sendable {
  /// The versions of a connection that are kept, newest first.
  func versions(of name: ConnectionName) async throws(StoreError) -> [StoredVersion]

  /// What a version held; `nil` if it is no longer kept, or there is no such connection.
  ///
  /// - Throws: `keyUnavailable` if this needs a key that is not available here.
  func content(
    of name: ConnectionName, at version: StoreVersion
  ) async throws(StoreError) -> VersionContent?

  /// The stored events of connections of these names, oldest first.
  ///
  /// A store that checks its log does so once for all names.
  func events(
    of names: Set<ConnectionName>
  ) async throws(StoreError) -> [ConnectionName: [StoreEvent]]

  /// Restores the setup of an older version, as a new version with its applied record.
  ///
  /// - Throws: `notFound` if there is no such connection; `refused` if it has no such version any
  ///   more.
  func rollBack(
    _ name: ConnectionName, to version: StoreVersion, by provenance: Provenance
  ) async throws(StoreError) -> AppliedRecord
}

extension VersionHistory {
  /// The stored events of a connection of this name, oldest first.
  package func events(of name: ConnectionName) async throws(StoreError) -> [StoreEvent] {
    try await events(of: [name])[name] ?? []
  }
}
