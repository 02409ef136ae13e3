package import Model

/// Records what services granted.
package protocol GrantRecorder: Sendable {
  /// The connection's version stays as it is.
  ///
  /// - Throws: `notFound` if there is no such connection.
  func recordGrant(
    _ scopes: Set<Scope>, for name: ConnectionName, by provenance: Provenance
  ) async throws(StoreError)
}
