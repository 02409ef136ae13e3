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
    let runtime = engine.api.runtime
    for name in copyRepairs.names.sorted() {
      if copyRepairs.isPaused(name, runtime) {
        fault = fault ?? copyRepairs.fault(of: name)
        continue
      }
      copyRepairs.begin(name)
      do throws(StoreError) {
        if try await repairCopies(of: name) {
          copyRepairs.succeeded(name)
        } else {
          copyRepairs.failed(name, nil, runtime)
        }
      } catch {
        if case .unavailable = error {
          copyRepairs.add(name)
          throw error
        }
        copyRepairs.failed(name, error, runtime)
        fault = fault ?? error
      }
    }
    if let fault { throw fault }
  }

  /// Looks for copies that are absent, old or changed, and for grants that are absent, and finishes moves of
  /// tokens. A grant that differs may be what a person recorded.
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
      let copy = TokenCopy(metadata.custom)
      if !copy.isMatched(by: copies[ReadableKey.of(name)], metadata) { copyRepairs.add(name) }
      if copy.record?.tokens != nil, entry.custom.granted == nil { copyRepairs.addGrant(name) }
    }
    return fault
  }

  /// The copies of one connection's tokens; if one cannot be written, the other is.
  ///
  /// - Returns: whether all were written. A grant that may not be recorded is no reason for a run to fail: only
  ///   what a plan shows is old.
  private func repairCopies(of name: ConnectionName) async throws(StoreError) -> Bool {
    var fault: StoreError?
    var isWhole = true
    if copyRepairs.grants.contains(name) {
      // A swap may add it again meanwhile.
      copyRepairs.removeGrant(name)
      do throws(StoreError) {
        try await repairGrant(of: name)
      } catch {
        copyRepairs.addGrant(name)
        switch error {
        case .permissionDenied, .refused: isWhole = false
        case let error: fault = error
        }
      }
    }
    if try await !repairConsumersCopy(of: name) { isWhole = false }
    if let fault { throw fault }
    return isWhole
  }

  /// Brings up to date what the connection says was granted, which a plan compares with what is declared.
  ///
  /// It is read before the tokens, so that no older grant replaces a newer one.
  private func repairGrant(of name: ConnectionName) async throws(StoreError) {
    var entry = try await freshEntry(name)
    guard entry.metadata.isThere, let tokens = try await readableTokens(paths.refreshToken(name)),
      tokens.areOf(entry.id(named: name), named: name),
      let granted = tokens.data.record.tokens?.granted.sorted(), granted != entry.custom.granted
    else { return }
    entry.custom.granted = granted
    try await putCustom(entry.custom, of: name, over: entry)
    _ = try await freshEntry(name)
  }

  /// Brings the copy of one connection up to date, and what the metadata says about it.
  ///
  /// - Returns: false if another process swapped the tokens meanwhile. It may be a claim, which writes no
  ///   copy.
  @discardableResult
  func repairConsumersCopy(of name: ConnectionName) async throws(StoreError) -> Bool {
    let path = paths.refreshToken(name)
    guard let metadata = try await engine.metadata(path), metadata.isThere,
      let tokens = try await readableTokens(path), let id = tokens.data.id
    else { return true }
    guard tokens.version == metadata.current,
      let consumers = try await putConsumersCopy(
        of: tokens.data, of: name, at: tokens.version, unlessSame: true)
    else { return false }
    var copy = TokenCopy(metadata.custom)
    copy.set(id, tokens.data.record, version: tokens.version)
    copy.consumers = consumers
    // Who was quicker has a newer one.
    _ = try await engine.putMetadata(path, custom: copy.texts, after: metadata.metadataVersion)
    return true
  }

  /// Writes the copy, as long as the authoritative secret is at that version. The order of the two reads
  /// sees to it that no older token replaces a newer one.
  ///
  /// - Parameters:
  ///   - unlessSame: leaves a copy alone that has this token.
  ///   - expected: the copy as it was known before the authoritative secret had that version; if it is
  ///     still so, nothing is read.
  /// - Returns: `nil` if another process has newer tokens and sees to their copy.
  func putConsumersCopy(
    of data: TokenData, of name: ConnectionName, at version: Int64, unlessSame: Bool = false,
    expecting expected: TokenCopy.Consumers? = nil
  ) async throws(StoreError) -> TokenCopy.Consumers? {
    let path = paths.accessToken(name)
    let attempt = data.record.tokens?.attempt
    if let expected, expected.version > 0, let bytes = data.consumerJSON(),
      case .written = try await engine.put(path, data: bytes, after: expected.version)
    {
      return TokenCopy.Consumers(attempt: attempt, version: expected.version + 1)
    }
    for _ in 1...Self.attempts {
      let there = try await engine.metadata(path)
      guard try await engine.metadata(paths.refreshToken(name))?.current == version else {
        return nil
      }
      guard let bytes = data.consumerJSON() else {
        if there != nil { try await engine.destroy(path) }
        return TokenCopy.Consumers(attempt: nil, version: 0)
      }
      let consumers = TokenCopy.Consumers(attempt: attempt, version: there?.current ?? 0)
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
