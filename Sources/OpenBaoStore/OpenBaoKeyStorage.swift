import Stores

/// The sealed key for digests of values, in a separate secret.
struct OpenBaoKeyStorage: SealedKeyStorage {
  let engine: KVEngine
  let path: String

  func sealedKey() async throws(StoreError) -> String? { try await stored()?.sealed }

  private func stored() async throws(StoreError) -> (sealed: String, version: Int64)? {
    guard let (data, version) = try await engine.data(path), let sealed = data.text("sealed")
    else { return nil }
    return (sealed, version)
  }

  func addSealedKey(_ sealed: String) async throws(StoreError) -> Bool {
    switch try await engine.put(path, data: StoredJSON.object("sealed", sealed), after: 0) {
    case .written: true
    // Another process was first, or the response is lost: the current key counts.
    case .mismatch, .unknown: false
    }
  }

  func replaceSealedKey(
    _ reseal: @Sendable (String) async throws(StoreError) -> String
  ) async throws(StoreError) -> Bool {
    guard let (sealed, version) = try await stored() else { return false }
    let again = try await reseal(sealed)
    guard
      case .written = try await engine.put(
        path, data: StoredJSON.object("sealed", again), after: version)
    else { throw .writeFailed("the store key changed concurrently") }
    return true
  }
}
