package import Model
package import Secrets

/// Reads the secrets of connections.
package protocol SecretReader: Sendable {
  /// The opened secrets of these connections.
  ///
  /// - Throws: `keyUnavailable` if this needs a key that is not available here.
  func secrets(
    of names: Set<ConnectionName>
  ) async throws(StoreError) -> [FieldAddress: SecretBytes]
}
