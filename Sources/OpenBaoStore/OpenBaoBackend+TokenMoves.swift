import Model
import Stores

extension OpenBaoBackend {
  private static let moveAttempts = 4

  /// Moves tokens to another path, so that a process that is killed, or another one that writes to the
  /// path in the meantime, loses none:
  ///
  /// 1. They are copied, unless tokens of the connection are there already. Of two of the same exchange
  ///    one is enough; of different ones both stay.
  /// 2. By compare-and-swap a mark replaces them where they were: nobody can write there any more who
  ///    read them before. If another process did, it begins again.
  /// 3. What is left of the secret is destroyed.
  ///
  /// - Parameter id: of the connection that has them from now on.
  /// - Returns: whether there are none left at the source.
  @discardableResult
  func moveTokens(
    of id: StoreID, from source: String, to target: String
  ) async throws(StoreError) -> Bool {
    guard let metadata = try await engine.metadata(source), metadata.isThere else { return true }
    var copied: Int64?
    for _ in 1...Self.moveAttempts {
      guard let tokens = try await storedTokens(source) else { break }
      let there = try await engine.metadata(target) ?? .none
      let present = there.isThere ? try await storedTokens(target) : nil
      if let present, there.current != copied {
        guard present.data.isSameExchange(as: tokens.data) || tokens.data.refresh == nil else {
          return false
        }
      } else {
        copied = try await copyTokens(tokens, of: id, metadata.custom, to: target, over: there)
      }
      if try await engine.writeResolvingLostResponse(
        source, data: TokenData.movedJSON(to: target), after: tokens.version)
      {
        break
      }
    }
    // Only what has the mark.
    guard try await storedTokens(source) == nil else { return false }
    try await engine.destroy(source)
    return true
  }

  /// - Returns: the version of the copy.
  private func copyTokens(
    _ tokens: StoredTokenData, of id: StoreID, _ custom: [String: String], to target: String,
    over there: KVMetadata
  ) async throws(StoreError) -> Int64 {
    if there.current == 0 { try await engine.keepVersions(2, of: target) }
    let data = TokenData(
      id, tokens.data.record, access: tokens.data.access, refresh: tokens.data.refresh)
    guard
      try await engine.writeResolvingLostResponse(target, data: data.json(), after: there.current)
    else { throw .writeFailed("another process writes the tokens at `\(target)`") }
    let version = there.current + 1
    var copy = TokenCopy(custom)
    copy.set(id, data.record, version: version)
    copy.consumers = nil
    _ = try? await engine.putMetadata(target, custom: copy.texts, after: nil)
    return version
  }

  /// A mark replaces the tokens of a connection that is about to be removed, by compare-and-swap: nobody can
  /// write there any more who read them before. What has no tokens yet is only looked at again.
  ///
  /// - Parameter version: of the record that may go, as `tokenRecords` has it; `nil` for any.
  /// - Returns: the path with the mark; `nil` if there is none.
  /// - Throws: `tokensMoved` if there is another record.
  func closeTokens(
    _ id: StoreID, of name: ConnectionName, at version: Int64?
  ) async throws(StoreError) -> String? {
    guard let version else { return nil }
    if version == 0 {
      guard try await openTokens(of: name).version == 0 else { throw .tokensMoved(name) }
      return nil
    }
    let path = version < 0 ? paths.tokens(id) : paths.refreshToken(name)
    let mark = TokenData.movedJSON(to: path)
    guard
      try await engine.writeResolvingLostResponse(path, data: mark, after: abs(version))
    else { throw .tokensMoved(name) }
    return path
  }

  /// Tokens follow their connection to its new name; the consumers' copy is written again there.
  ///
  /// - Parameters:
  ///   - id: that the connection had.
  ///   - newID: the same, unless it had none of its own.
  func moveTokens(
    from former: ConnectionName, _ id: StoreID, to name: ConnectionName, _ newID: StoreID
  ) async throws(StoreError) {
    let source = paths.refreshToken(former)
    // Tokens of another connection that has the name now.
    if let tokens = try await storedTokens(source), !tokens.areOf(id, named: former) { return }
    let target = paths.refreshToken(name)
    // Those of a connection that is gone make room.
    if let there = try await storedTokens(target), !there.areOf(newID, named: name),
      let other = there.data.id
    {
      guard try await moveTokens(of: other, from: target, to: paths.tokens(other)) else {
        throw .strangeTokens(of: name)
      }
    }
    guard try await moveTokens(of: newID, from: source, to: target) else {
      throw .strangeTokens(of: name)
    }
    try await repairConsumersCopy(of: name)
    try await engine.destroy(paths.accessToken(former))
  }
}

extension TokenData {
  fileprivate func isSameExchange(as other: TokenData) -> Bool {
    record.tokens?.attempt == other.record.tokens?.attempt
  }
}
