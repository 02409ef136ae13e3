package import Model

/// Reads the flows that a backend has beside the connections.
package protocol FlowReader: Sendable {
  /// Their definitions, as the backend gives them: JSON.
  func flows() async throws(StoreError) -> [FlowDefinition]
}
