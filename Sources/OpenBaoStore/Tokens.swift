import Encodings
import FoundationEssentials
package import Model
import Secrets
package import Stores

/// Tokens, each connection's in a secret of its own below `<prefix>-tokens`, with two versions kept.
///
/// Its data is the record and the tokens, and is what counts; a copy of the record stands beside it
/// for whoever may not read data. So a swap is one compare-and-swap.
extension OpenBaoStore: TokenStore {
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
        let (tokens, version) = try await keptTokens(id)
      {
        found[name] = StoredTokenRecord(id: id, version: version, record: tokens.record)
      } else if let record = copy.record {
        // Killed before the copy was made; what is due is decided by the data.
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
    // The swap is done; what stands beside it only shows it to others.
    var copy = TokenCopy(metadata.custom)
    copy.set(write, version: write.version + 1)
    _ = try? await engine.putMetadata(path, custom: copy.texts, after: nil)
    if let tokens = write.record.tokens, entry.custom.granted != tokens.granted.sorted() {
      try? await recordGrant(tokens.granted, for: write.name, by: write.provenance)
    }
    return write.version + 1
  }

  package func tokenKey() async throws(StoreError) -> StoreKey { try await usableKey() }

  /// They go with their connection, for good.
  func takeTokensAway(_ id: StoreID) async throws(StoreError) {
    let path = paths.tokens(id)
    if try await engine.metadata(path) != nil { try await engine.destroy(path) }
  }

  /// The events of a connection's tokens, as far as they are kept.
  func tokenEvents(_ id: StoreID, of name: ConnectionName) async throws(StoreError) -> [StoreEvent]
  {
    TokenCopy(try await engine.metadata(paths.tokens(id))?.custom ?? [:]).events.map {
      StoreEvent(
        at: $0.at, who: $0.who, what: $0.what, connection: name.rawValue, version: nil, commit: nil)
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
      TokenData(record: try decoded(text), access: data["access"], refresh: data["refresh"]),
      version
    )
  }
}

/// The data of a tokens' secret; the tokens are JSON strings still.
private struct TokenData {
  let record: TokenRecord
  let access: ArraySlice<UInt8>?
  let refresh: ArraySlice<UInt8>?

  static func json(
    _ write: TokenWrite, keeping present: TokenData?
  ) throws(StoreError) -> [UInt8] {
    guard let text = try? canonicalJSON(write.record) else {
      throw .writeFailed("a record cannot be written as JSON")
    }
    var body = JSONWriter()
    try body.object { (body) throws(StoreError) in
      body.member("record", text)
      switch write.tokens {
      case .remove: break
      case .keep:
        for (name, value) in [("access", present?.access), ("refresh", present?.refresh)] {
          guard let value else { continue }
          body.name(name)
          body.raw(value)
        }
      case .put(let access, let refresh):
        body.name("access")
        try body.value(access, of: "access_token")
        if let refresh {
          body.name("refresh")
          try body.value(refresh, of: "refresh_token")
        }
      }
    }
    return body.bytes
  }
}

/// What stands beside the tokens: the record as of a version, and the last events.
private struct TokenCopy {
  struct Event: Codable {
    let at: Timestamp
    let who: String
    let what: String
  }

  private static let mostEvents = 20

  private(set) var version: Int64?
  private(set) var record: TokenRecord?
  private(set) var events: [Event] = []

  init(_ custom: [String: String]) {
    version = custom["version"].flatMap { Int64($0) }
    record = Self.decoded(ChunkedText.text("record", in: custom))
    events = Self.decoded(ChunkedText.text("events", in: custom)) ?? []
  }

  private static func decoded<Value: Decodable>(_ text: String?) -> Value? {
    text.flatMap { try? JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
  }

  mutating func set(_ write: TokenWrite, version: Int64) {
    self.version = version
    record = write.record
    if let what = write.event {
      events.append(Event(at: write.provenance.at, who: write.provenance.who, what: what))
      events = events.suffix(Self.mostEvents)
    }
  }

  var texts: [String: String] {
    var texts: [String: String] = [:]
    texts["version"] = version.map { String($0) }
    if let record, let text = try? canonicalJSON(record) {
      texts.merge(ChunkedText.of(text, "record")) { $1 }
    }
    if let text = try? canonicalJSON(events) { texts.merge(ChunkedText.of(text, "events")) { $1 } }
    return texts
  }
}
