package import Model

extension Store {
  /// The store as one owner sees it: what others applied is set apart, and never written to.
  ///
  /// - Parameter claimsAll: the owner alone uses the store, so records without an owner are its own.
  package func owned(by owner: Owner, claimsAll: Bool) -> Store {
    let scope = OwnerScope(reader: reader, owner: owner, claimsAll: claimsAll)
    var owned = self
    owned.owner = owner
    owned.reader = scope
    owned.grants = OwnedGrants(grants: grants, scope: scope)
    owned.feed = OwnedFeed(feed: feed, reader: scope)
    owned.history = history.map { OwnedHistory(history: $0, scope: scope) }
    owned.tokens = tokens.map { OwnedTokens(tokens: $0, scope: scope) }
    return owned
  }

  /// Records grants without reading the store again for each of them.
  ///
  /// - Parameter snapshot: whose each connection is, read under the store's lock, which is still held.
  package func grants(knowing snapshot: Snapshot) -> any GrantRecorder {
    guard let owned = grants as? OwnedGrants else { return grants }
    return OwnedGrants(grants: owned.grants, scope: owned.scope, snapshot: snapshot)
  }
}

/// What of a store concerns one owner.
private struct OwnerScope: ConnectionReader {
  let reader: any ConnectionReader
  let owner: Owner
  let claimsAll: Bool

  func read() async throws(StoreError) -> Snapshot {
    try await reader.read().owned(by: owner, claimsAll: claimsAll)
  }

  func require(_ name: ConnectionName) async throws(StoreError) {
    try await read().require(name)
  }
}

extension Snapshot {
  /// - Throws: if the connection is another owner's, or nobody's yet.
  fileprivate func require(_ name: ConnectionName) throws(StoreError) {
    if let other = foreign[name]?.owner { throw .ownedByOther(name, other) }
    if unclaimed.contains(name) {
      throw .refused("`\(name)` has no owner yet; claim it first: vaultctl upgrade")
    }
  }
}

private struct OwnedGrants: GrantRecorder {
  let grants: any GrantRecorder
  let scope: OwnerScope
  /// Whose each connection is, if that is known; otherwise it is read each time.
  var snapshot: Snapshot?

  func recordGrant(
    _ scopes: Set<Scope>, for name: ConnectionName, by provenance: Provenance
  ) async throws(StoreError) {
    if let snapshot { try snapshot.require(name) } else { try await scope.require(name) }
    try await grants.recordGrant(scopes, for: name, by: provenance)
  }
}

private struct OwnedHistory: VersionHistory {
  let history: any VersionHistory
  let scope: OwnerScope

  func versions(of name: ConnectionName) async throws(StoreError) -> [StoredVersion] {
    try await history.versions(of: name)
  }

  func content(
    of name: ConnectionName, at version: StoreVersion
  ) async throws(StoreError) -> VersionContent? {
    try await history.content(of: name, at: version)
  }

  func events(
    of names: Set<ConnectionName>
  ) async throws(StoreError) -> [ConnectionName: [StoreEvent]] {
    try await history.events(of: names)
  }

  func rollBack(
    _ name: ConnectionName, to version: StoreVersion, by provenance: Provenance
  ) async throws(StoreError) -> AppliedRecord {
    try await scope.require(name)
    return try await history.rollBack(name, to: version, by: provenance)
  }
}

/// Tokens of connections that the owner's snapshot has; callers take their names from there.
private struct OwnedTokens: TokenStore {
  let tokens: any TokenStore
  let scope: OwnerScope

  var description: StoreDescription { tokens.description }

  func tokenRecords(
    of ids: [ConnectionName: StoreID]?
  ) async throws(StoreError) -> [ConnectionName: StoredTokenRecord] {
    if let ids { return try await tokens.tokenRecords(of: ids) }
    return try await tokens.tokenRecords(in: scope.read())
  }

  func openTokens(of name: ConnectionName) async throws(StoreError) -> StoredTokens {
    try await tokens.openTokens(of: name)
  }

  func swapTokens(_ write: TokenWrite) async throws(StoreError) -> Int64 {
    try await tokens.swapTokens(write)
  }

  func strayTokens() async throws(StoreError) -> [StrayTokens] { try await tokens.strayTokens() }

  func forget(_ stray: StrayTokens) async throws(StoreError) { try await tokens.forget(stray) }

  func repairTokenCopies(_ copies: TokenCopies) async throws(StoreError) {
    try await tokens.repairTokenCopies(copies)
  }

  func tokenKey() async throws(StoreError) -> StoreKey { try await tokens.tokenKey() }
}
