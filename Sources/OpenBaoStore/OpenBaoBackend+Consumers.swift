import Model
package import Stores

/// The copies of access tokens, which a consumer may read without being able to read a refresh token.
///
/// They are written after the authoritative secret, so a process that is killed leaves an old one, or
/// none. The metadata of the authoritative secret says which copy is current, so a pass that compares two
/// lists finds each that is absent, old or was changed by hand.
extension OpenBaoBackend {
  private static let attempts = 4

  package func repairTokenCopies(_ copies: TokenCopies) async throws(StoreError) {
    var fault: StoreError?
    if copies == .all { fault = try await noteUnwrittenCopies() }
    for name in unwrittenCopies.sorted() {
      // A swap may fail to write it again meanwhile.
      unwrittenCopies.remove(name)
      do throws(StoreError) {
        try await repairConsumersCopy(of: name)
      } catch {
        unwrittenCopies.insert(name)
        if case .unavailable = error { throw error }
        fault = fault ?? error
      }
    }
    if let fault { throw fault }
  }

  /// Looks for copies that are absent, old or changed, and finishes moves of tokens.
  ///
  /// - Returns: why a move failed, the first one.
  private func noteUnwrittenCopies() async throws(StoreError) -> StoreError? {
    let (own, former) = try await tokenLists()
    if own.isEmpty, former.isEmpty { return nil }
    let copies = try await engine.list(paths.accessTokens)
    var fault: StoreError?
    for (name, entry) in try await knownEntries() where entry.metadata.isThere {
      let id = entry.id(named: name)
      guard let metadata = own[ReadableKey.of(name)], metadata.isThere else { continue }
      if former[KVPaths.key(id)] != nil {
        // A process was killed while it moved them.
        do throws(StoreError) {
          try await moveTokens(of: id, from: paths.tokens(id), to: paths.refreshToken(name))
        } catch {
          fault = fault ?? error
        }
      }
      if !TokenCopy(metadata.custom).isMatched(by: copies[ReadableKey.of(name)], metadata) {
        unwrittenCopies.insert(name)
      }
    }
    return fault
  }

  /// Brings the copy of one connection up to date, and what the metadata says about it.
  func repairConsumersCopy(of name: ConnectionName) async throws(StoreError) {
    let path = paths.refreshToken(name)
    guard let metadata = try await engine.metadata(path), metadata.isThere,
      let tokens = try await readableTokens(path), tokens.version == metadata.current,
      let id = tokens.data.id
    else { return }
    var copy = TokenCopy(metadata.custom)
    copy.set(id, tokens.data.record, version: tokens.version)
    copy.consumers = try await putConsumersCopy(
      of: tokens.data, of: name, at: tokens.version, unlessSame: true)
    // Who was quicker has a newer one.
    _ = try await engine.putMetadata(path, custom: copy.texts, after: metadata.metadataVersion)
  }

  /// Writes the copy, as long as the authoritative secret is at that version. The order of the two reads
  /// sees to it that no older token replaces a newer one.
  ///
  /// - Parameter unlessSame: leaves a copy alone that has this token.
  /// - Returns: `nil` if another process has newer tokens and sees to their copy.
  func putConsumersCopy(
    of data: TokenData, of name: ConnectionName, at version: Int64, unlessSame: Bool = false
  ) async throws(StoreError) -> TokenCopy.Consumers? {
    let path = paths.accessToken(name)
    for _ in 1...Self.attempts {
      let there = try await engine.metadata(path)
      guard try await engine.metadata(paths.refreshToken(name))?.current == version else {
        return nil
      }
      guard let bytes = data.consumerJSON() else {
        if there != nil { try await engine.destroy(path) }
        return TokenCopy.Consumers(attempt: nil, version: 0)
      }
      let consumers = TokenCopy.Consumers(
        attempt: data.record.tokens?.attempt, version: there?.current ?? 0)
      if unlessSame, there?.isThere == true, let present = try await engine.data(path)?.data,
        SetupData.isSame(bytes, present)
      {
        return consumers
      }
      if there == nil { try await engine.keepVersions(1, of: path) }
      if case .written = try await engine.put(path, data: bytes, after: consumers.version) {
        return TokenCopy.Consumers(attempt: consumers.attempt, version: consumers.version + 1)
      }
    }
    throw .writeFailed("another process writes the access token at `\(path)`")
  }
}

extension TokenCopy {
  /// Whether a consumers' copy is the one that was written for the current tokens.
  fileprivate func isMatched(by copy: KVMetadata?, _ metadata: KVMetadata) -> Bool {
    guard version == metadata.current, let consumers, let record else { return false }
    let current = copy.flatMap { $0.isThere ? $0.current : nil } ?? 0
    return consumers.version == current && consumers.attempt == record.tokens?.attempt
  }
}
