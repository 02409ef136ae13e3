package import Model

/// Reads a backend's flows.
package protocol FlowReader: Sendable {
  /// Their definitions as the backend's JSON.
  func flows() async throws(StoreError) -> [FlowDefinition]
}
