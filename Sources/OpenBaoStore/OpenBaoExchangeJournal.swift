import Encodings
import Model
import Stores

/// Responses whose tokens are not saved yet, each as a secret of its own below the tokens' folder.
struct OpenBaoExchangeJournal: ExchangeJournal {
  private static let field = "response"

  let engine: KVEngine
  let paths: KVPaths

  /// In one request, before anything else is asked.
  func add(_ bytes: [UInt8], as name: String) async throws(StoreError) {
    let data = StoredJSON.object(Self.field, String(decoding: bytes, as: UTF8.self))
    guard
      try await engine.writeResolvingLostResponse(paths.exchange(name), data: data, after: 0)
    else { throw .writeFailed("the journal has an entry of this name") }
  }

  func remove(_ name: String) async throws(StoreError) {
    try await engine.destroy(paths.exchange(name))
  }

  func entries() async throws(StoreError) -> [ExchangeEntry] {
    var found: [ExchangeEntry] = []
    for (name, metadata) in try await engine.list(paths.exchanges) where metadata.isThere {
      // Another process has saved and removed it since the list.
      guard let data = try await engine.data(paths.exchange(name))?.data else { continue }
      found.append(
        ExchangeEntry(
          location: "\(engine.mount)/\(paths.exchanges)/\(name)",
          bytes: data.text(Self.field).map { Array($0.utf8) }))
    }
    return found
  }
}
