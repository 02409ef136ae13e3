package import Model

/// Reads connections and their applied records.
package protocol ConnectionReader: Sendable {
  /// All connections with their applied records. No secret is read, and nothing is created: a store
  /// that does not exist yet is empty.
  func read() async throws(StoreError) -> Snapshot
}
