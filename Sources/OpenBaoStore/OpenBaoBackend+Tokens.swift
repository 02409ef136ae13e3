import Encodings
package import Model
package import Stores

/// Tokens, one secret per connection below `<prefix>-tokens`, with two versions kept.
///
/// Its data holds the record and the tokens, and is authoritative; its metadata has a copy of the
/// record for clients that may not read data. So a swap is one compare-and-swap.
extension OpenBaoBackend: TokenStore {
  package func tokenRecords() async throws(StoreError) -> [ConnectionName: StoredTokenRecord] {
    let kept = try await engine.list(paths.tokens)
    if kept.isEmpty { return [:] }
    var found: [ConnectionName: StoredTokenRecord] = [:]
    for (name, entry) in try await readEntries() where entry.metadata.isThere {
      let id = entry.id(named: name)
      guard let metadata = kept[percentEncoded(id.rawValue)], metadata.isThere else { continue }
      let copy = TokenCopy(metadata.custom)
      if let record = copy.record, copy.version == metadata.current {
        found[name] = StoredTokenRecord(id: id, version: metadata.current, record: record)
      } else if try await engine.mayReadData(paths.tokens(id)),
        let (tokens, version) = try await readableTokens(id)
      {
        found[name] = StoredTokenRecord(id: id, version: version, record: tokens.record)
      } else if let record = copy.record {
        // A process was killed before it wrote the copy; the data decides what is due.
        found[name] = StoredTokenRecord(id: id, version: metadata.current, record: record)
      }
    }
    return found
  }

  package func openTokens(of name: ConnectionName) async throws(StoreError) -> StoredTokens {
    let entry = try await freshEntry(name)
    guard entry.metadata.isThere else { throw .notFound(name) }
    let id = entry.id(named: name)
    guard let (tokens, version) = try await keptTokens(id) else {
      return StoredTokens(id: id, version: 0, record: nil)
    }
    return StoredTokens(
      id: id, version: version, record: tokens.record,
      access: tokens.access.flatMap { JSONObject.scalar($0) },
      refresh: tokens.refresh.flatMap { JSONObject.scalar($0) })
  }

  package func swapTokens(_ write: TokenWrite) async throws(StoreError) -> Int64 {
    let entry = try await freshEntry(write.name)
    guard entry.metadata.isThere, entry.id(named: write.name) == write.id else {
      throw .notFound(write.name)
    }
    let path = paths.tokens(write.id)
    let metadata = try await engine.metadata(path) ?? .none
    guard metadata.current == write.version else { throw .tokensMoved(write.name) }
    if write.version == 0 { try await engine.keepVersions(2, of: path) }
    let data = try await TokenData.json(write, keeping: keptTokens(write.id)?.tokens)
    switch try await engine.writeResolvingLostResponse(path, data: data, after: write.version) {
    case .written: break
    case .mismatch: throw .tokensMoved(write.name)
    case .unknown(let reason): throw .outcomeUnknown(reason)
    }
    // The swap is done; the copy only shows it to other clients.
    var copy = TokenCopy(metadata.custom)
    copy.set(write, version: write.version + 1)
    _ = try? await engine.putMetadata(path, custom: copy.texts, after: nil)
    if let tokens = write.record.tokens, entry.custom.granted != tokens.granted.sorted() {
      try? await recordGrant(tokens.granted, for: write.name, by: write.provenance)
    }
    return write.version + 1
  }

  package func tokenKey() async throws(StoreError) -> StoreKey { try await key.presentOrNew() }

  /// They are deleted with their connection, permanently.
  func removeTokens(_ id: StoreID) async throws(StoreError) {
    let path = paths.tokens(id)
    if try await engine.metadata(path) != nil { try await engine.destroy(path) }
  }

  /// The stored events of a connection's tokens.
  func tokenEvents(_ id: StoreID, of name: ConnectionName) async throws(StoreError) -> [StoreEvent]
  {
    TokenCopy(try await engine.metadata(paths.tokens(id))?.custom ?? [:]).events.map {
      StoreEvent(
        at: $0.at, who: $0.who, kind: StoreEvent.Kind(stored: $0.what), connection: name.rawValue,
        version: nil, commit: nil)
    }
  }

  /// `nil` also for what is not ours, or damaged: in the list that concerns one connection alone.
  private func readableTokens(
    _ id: StoreID
  ) async throws(StoreError) -> (tokens: TokenData, version: Int64)? {
    do throws(StoreError) {
      return try await keptTokens(id)
    } catch {
      guard case .corrupt = error else { throw error }
      return nil
    }
  }

  private func keptTokens(
    _ id: StoreID
  ) async throws(StoreError) -> (tokens: TokenData, version: Int64)? {
    guard let (data, version) = try await engine.data(paths.tokens(id)) else { return nil }
    guard let text = data.text("record") else {
      throw .corrupt("the tokens of `\(id)` have another form")
    }
    return (
      TokenData(
        record: try StoredJSON.decoded(text), access: data["access"], refresh: data["refresh"]),
      version
    )
  }
}
