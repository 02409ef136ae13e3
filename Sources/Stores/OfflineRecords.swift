package import Model

/// The records of a store, read without a request to its backend.
package enum OfflineRecords: Sendable {
  case reader(any OfflineReader)
  /// The records are only in the backend; the reason, for people.
  case unavailable(reason: String)
}

/// Reads a copy of the records that is kept beside a store.
package protocol OfflineReader: Sendable {
  /// The connections as they were recorded; changes by other tools do not show.
  func snapshot() async throws(StoreError) -> Snapshot
  /// The store's key as it is kept in the copy; `nil` before the first secret.
  func sealedKey() async throws(StoreError) -> String?
}

extension Store {
  /// The recorded connections.
  ///
  /// - Throws: `unavailable` if records are only in the backend.
  package func readOffline() async throws(StoreError) -> Snapshot {
    try await offlineReader().snapshot()
  }

  /// The store's own key, sealed; `nil` before the first secret, or if the store has none.
  package func sealedKey(isOffline: Bool) async throws(StoreError) -> String? {
    isOffline ? try await offlineReader().sealedKey() : try await key?.sealed()
  }

  func offlineReader() throws(StoreError) -> any OfflineReader {
    switch offline {
    case .reader(let reader): return reader
    case .unavailable(let reason): throw .unavailable(reason)
    }
  }
}
