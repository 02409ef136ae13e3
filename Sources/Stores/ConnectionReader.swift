package import Model
package import Secrets

/// Reads connections and their applied records.
package protocol ConnectionReader: Sendable {
  /// All connections with their applied records. No secret is read, and nothing is created: a store
  /// that does not exist yet is empty.
  func read() async throws(StoreError) -> Snapshot
}

/// Reads the secrets of connections.
package protocol SecretReader: Sendable {
  /// The opened secrets of these connections.
  ///
  /// - Throws: `keyUnavailable` where this needs a key that is not available here.
  func secrets(
    of names: Set<ConnectionName>
  ) async throws(StoreError) -> [FieldAddress: SecretBytes]
}

/// Reads the flows that a backend has beside the connections.
package protocol FlowReader: Sendable {
  /// Their definitions, as the backend gives them: JSON.
  func flows() async throws(StoreError) -> [FlowDefinition]
}
