import Model
import Stores

/// The sealed key for digests of values, in a separate secret.
struct OpenBaoKeyStorage: SealedKeyStorage {
  let engine: KVEngine
  let path: String

  func sealedKey() async throws(StoreError) -> String? { try await stored()?.sealed }

  private func stored() async throws(StoreError) -> (sealed: String, version: Int64)? {
    guard let found = try await engine.data(path), let sealed = found.data.text("sealed") else {
      return nil
    }
    return (sealed, found.version)
  }

  func addSealedKey(_ key: StoreKey) async throws(StoreError) -> Bool {
    try await add(key.sealed)
  }

  func add(_ sealed: String) async throws(StoreError) -> Bool {
    switch try await engine.put(path, data: StoredJSON.object("sealed", sealed), after: 0) {
    case .written: true
    // Another process was first, or the response is lost: the current key counts.
    case .mismatch, .unknown: false
    }
  }

  /// Digests in records name the key that made them, so there is nothing to seal again.
  func replaceSealedKey(
    _ rotation: KeyRotation, by provenance: Provenance
  ) async throws(StoreError) {
    let (old, new) = (rotation.old.sealed, rotation.new.sealed)
    guard let (sealed, version) = try await stored(), sealed == old else {
      throw .writeFailed("the store key changed concurrently")
    }
    switch try await engine.put(path, data: StoredJSON.object("sealed", new), after: version) {
    case .written: return
    case .mismatch: throw .writeFailed("the store key changed concurrently")
    case .unknown:
      // The response is lost: the present text says whether it was written.
      guard try await sealedKey() == new else {
        throw .writeFailed("the store key could not be replaced")
      }
    }
  }
}
