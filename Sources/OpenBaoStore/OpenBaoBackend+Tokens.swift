import Encodings
package import Model
package import Stores

/// Tokens, by connection, in two secrets below `<prefix>-tokens/<owner>`.
///
/// - `refresh/<name>` is authoritative: its data holds the record and all tokens, with two versions kept;
///   its metadata has a copy of the record for clients that may not read data. A swap is one
///   compare-and-swap of it.
/// - `access/<name>` is a copy of the access token, for consumers (see `OpenBaoBackend+Consumers.swift`).
///
/// Earlier versions kept tokens by the connection's id. They are read there, and moved before the next
/// write; until then their versions are negative, so that no version at the one path is ever mistaken
/// for one at the other.
extension OpenBaoBackend: TokenStore {
  package func tokenRecords(
    of ids: [ConnectionName: StoreID]?
  ) async throws(StoreError) -> [ConnectionName: StoredTokenRecord] {
    let (own, former) = try await tokenLists()
    if own.isEmpty, former.isEmpty { return [:] }
    var found: [ConnectionName: StoredTokenRecord] = [:]
    let connections = if let ids { ids } else { try await storedIDs() }
    for (name, id) in connections {
      if let metadata = own[ReadableKey.of(name)],
        let there = try await storedRecord(paths.refreshToken(name), metadata),
        StoredTokenData.isSame(there.id, as: id, named: name)
      {
        found[name] = StoredTokenRecord(id: id, version: there.version, record: there.record)
      } else if let metadata = former[KVPaths.key(id)],
        let there = try await storedRecord(paths.tokens(id), metadata)
      {
        found[name] = StoredTokenRecord(id: id, version: -there.version, record: there.record)
      }
    }
    return found
  }

  private func storedIDs() async throws(StoreError) -> [ConnectionName: StoreID] {
    var ids: [ConnectionName: StoreID] = [:]
    for (name, entry) in try await readEntries() where entry.metadata.isThere {
      ids[name] = entry.id(named: name)
    }
    return ids
  }

  package func openTokens(of name: ConnectionName) async throws(StoreError) -> StoredTokens {
    let entry = try await freshEntry(name)
    guard entry.metadata.isThere else { throw .notFound(name) }
    let id = entry.id(named: name)
    let own = try await storedTokens(paths.refreshToken(name))
    if let own, own.areOf(id, named: name) {
      seenTokens[name] = own.seen(of: id, entry)
      return StoredTokens(id, version: own.version, own.data)
    }
    guard let former = try await storedTokens(paths.tokens(id)) else {
      return StoredTokens(id: id, version: 0, record: nil)
    }
    return StoredTokens(id, version: -former.version, former.data)
  }

  package func swapTokens(_ write: TokenWrite) async throws(StoreError) -> Int64 {
    var seen = seenTokens.removeValue(forKey: write.name)
    if seen?.isOfPremise(of: write) != true { seen = nil }
    // A claim follows its read at once; before new tokens, a person may have been asked.
    let entry =
      if write.tokens.keepsCurrent, let known = seen?.connection { known } else {
        try await connection(of: write)
      }
    let path = paths.refreshToken(write.name)
    let before = try await premise(of: write, seen)
    if before.version == 0 { try await engine.keepVersions(2, of: path) }
    let data = try TokenData(write, keeping: before.data)
    let version = before.version + 1
    guard
      try await engine.writeResolvingLostResponse(path, data: data.json(), after: before.version)
    else { throw try await movedTokens(of: write) }
    // The swap is done; what follows shows it to other clients, and is repaired if it fails.
    var copy = before.copy
    copy.set(write, version: version)
    switch write.tokens {
    case .keep where before.data.map { $0.consumerJSON() == data.consumerJSON() } ?? true: break
    case .keep, .put, .remove:
      copy.consumers = try? await putConsumersCopy(
        of: data, of: write.name, at: version, expecting: copy.consumers)
      if copy.consumers == nil { copyRepairs.add(write.name) }
    }
    let isShown = try? await engine.putMetadata(path, custom: copy.texts, after: nil)
    if isShown != true { copyRepairs.add(write.name) }
    if before.isDescribed {
      seenTokens[write.name] = SeenTokens(
        id: write.id, version: version, copy: copy, connection: nil)
    }
    if let tokens = write.record.tokens, entry.custom.granted != tokens.granted.sorted(),
      (try? await recordGrant(tokens.granted, for: write.name, by: write.provenance)) == nil
    {
      copyRepairs.addGrant(write.name)
    }
    return version
  }

  /// The connection may be gone, with its tokens: then that is thrown.
  private func movedTokens(of write: TokenWrite) async throws(StoreError) -> StoreError {
    _ = try await connection(of: write)
    return .tokensMoved(write.name)
  }

  /// - Throws: `notFound` if it is gone, or another one.
  private func connection(of write: TokenWrite) async throws(StoreError) -> ConnectionEntry {
    let entry = try await freshEntry(write.name)
    guard entry.metadata.isThere, entry.id(named: write.name) == write.id else {
      throw .notFound(write.name)
    }
    return entry
  }

  /// What a write replaces.
  private struct Premise {
    /// 0 before the first tokens.
    let version: Int64
    /// The metadata beside them.
    let copy: TokenCopy
    /// `nil` if it is not needed.
    var data: TokenData?

    /// Whether the metadata belongs to that version. If it does not, the process that swapped it is about to write
    /// its metadata, or was killed before it could.
    var isDescribed: Bool { version == 0 || copy.version == version }
  }

  /// - Parameter seen: of the version that the write was planned from.
  /// - Throws: `tokensMoved` if that is not the present one.
  private func premise(
    of write: TokenWrite, _ seen: SeenTokens?
  ) async throws(StoreError) -> Premise {
    let path = paths.refreshToken(write.name)
    if let seen {
      guard write.tokens.keepsCurrent else {
        return Premise(version: seen.version, copy: seen.copy)
      }
      guard let found = try await storedTokens(path), found.version == seen.version,
        found.areOf(write.id, named: write.name)
      else { throw try await movedTokens(of: write) }
      return Premise(
        version: found.version, copy: found.custom.map { TokenCopy($0) } ?? seen.copy,
        data: found.data)
    }
    let metadata = try await engine.metadata(path) ?? .none
    let copy = TokenCopy(metadata.custom)
    var present: TokenData?
    // Whose they are, the metadata says too, if it describes this version.
    let isKnown =
      metadata.isThere && copy.version == metadata.current
      && StoredTokenData.isSame(copy.id, as: write.id, named: write.name)
    if !isKnown || write.tokens.keepsCurrent {
      let found = metadata.isThere ? try await storedTokens(path) : nil
      if let found, found.areOf(write.id, named: write.name) {
        present = found.data
      } else if try await makeRoom(for: write, over: found) || write.version != 0 {
        throw .tokensMoved(write.name)
      }
    }
    if isKnown || present != nil {
      guard metadata.current == write.version else { throw .tokensMoved(write.name) }
    }
    return Premise(version: metadata.current, copy: copy, data: present)
  }

  /// Moves tokens of earlier versions to their path, after those of another connection that are there.
  ///
  /// - Returns: whether something was moved, so that what the caller read no longer holds.
  private func makeRoom(
    for write: TokenWrite, over stranger: StoredTokenData?
  ) async throws(StoreError) -> Bool {
    let path = paths.refreshToken(write.name)
    let former = paths.tokens(write.id)
    let isMoved: Bool
    if let stranger, let id = stranger.data.id {
      isMoved = try await moveTokens(of: id, from: path, to: paths.tokens(id))
    } else if try await storedTokens(former) != nil {
      isMoved = try await moveTokens(of: write.id, from: former, to: path)
      _ = try? await repairConsumersCopy(of: write.name)
    } else {
      return false
    }
    guard isMoved else {
      throw .strangeTokens(of: write.name)
    }
    return true
  }

  package func tokenKey() async throws(StoreError) -> StoreKey { try await key.currentOrNew() }

  /// They are deleted with their connection, permanently: the copy first, since the authoritative secret
  /// shows what is left to remove.
  func removeTokens(_ id: StoreID, of name: ConnectionName) async throws(StoreError) {
    let path = paths.refreshToken(name)
    if let metadata = try await engine.metadata(path) {
      var owner = TokenCopy(metadata.custom).id
      if owner == nil { owner = try await readableTokens(path)?.data.id }
      if StoredTokenData.isSame(owner, as: id, named: name) {
        try await engine.destroy(paths.accessToken(name))
        try await engine.destroy(path)
      }
    }
    let former = paths.tokens(id)
    if try await engine.metadata(former) != nil { try await engine.destroy(former) }
  }

  /// The stored events of a connection's tokens.
  func tokenEvents(_ id: StoreID, of name: ConnectionName) async throws(StoreError) -> [StoreEvent]
  {
    var metadata = try await engine.metadata(paths.refreshToken(name))
    if metadata == nil { metadata = try await engine.metadata(paths.tokens(id)) }
    return TokenCopy(metadata?.custom ?? [:]).events.map {
      StoreEvent(
        at: $0.at, who: $0.who, kind: StoreEvent.Kind(stored: $0.what), connection: name.rawValue,
        version: nil, commit: nil)
    }
  }

  // MARK: One path

  /// The secrets by their keys: of this version, and of earlier ones.
  func tokenLists() async throws(StoreError) -> (
    own: [String: KVMetadata], former: [String: KVMetadata]
  ) {
    (try await engine.list(paths.refreshTokens), try await engine.list(paths.tokens))
  }

  /// The record of the tokens at a path; `nil` if there are none, or nothing of ours.
  func storedRecord(
    _ path: String, _ metadata: KVMetadata
  ) async throws(StoreError) -> (id: StoreID?, version: Int64, record: TokenRecord)? {
    guard metadata.isThere else { return nil }
    let copy = TokenCopy(metadata.custom)
    if let record = copy.record, copy.version == metadata.current {
      return (copy.id, metadata.current, record)
    }
    if try await engine.mayReadData(path) {
      return try await readableTokens(path).map { ($0.data.id, $0.version, $0.data.record) }
    }
    // A process was killed before it wrote the copy; the data decides what is due.
    return copy.record.map { (copy.id, metadata.current, $0) }
  }

  /// `nil` also for what is not ours, or damaged: in the list that concerns one connection alone.
  func readableTokens(_ path: String) async throws(StoreError) -> StoredTokenData? {
    do throws(StoreError) {
      return try await storedTokens(path)
    } catch {
      guard case .corrupt = error else { throw error }
      return nil
    }
  }

  func storedTokens(_ path: String) async throws(StoreError) -> StoredTokenData? {
    guard let found = try await engine.data(path),
      let data = try TokenData(found.data, at: path)
    else { return nil }
    return StoredTokenData(data: data, version: found.version, custom: found.custom)
  }
}

extension StoredTokens {
  fileprivate init(_ id: StoreID, version: Int64, _ data: TokenData) {
    self.init(
      id: id, version: version, record: data.record,
      access: data.access.flatMap { JSONObject.scalar($0) },
      refresh: data.refresh.flatMap { JSONObject.scalar($0) })
  }
}

extension StoreError {
  static func strangeTokens(of name: ConnectionName) -> StoreError {
    .refused(
      "tokens of another connection are stored as those of `\(name)`; see them and forget them:"
        + " vaultctl tokens list")
  }
}
