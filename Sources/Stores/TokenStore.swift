package import Model
package import Secrets

/// Stores the tokens of connections, which we renew.
///
/// There is one write, `swapTokens`: claims, new tokens and failures are all records that are swapped
/// for the version that was read, so of two processes that want the same only one gets it. An
/// implementation guarantees:
///
/// - Tokens belong to a connection by its id: they are removed when it is deleted, or replaced by
///   another of its name, and stay when it is renamed. Its own version does not change with them.
/// - Tokens are stored sealed, or accessible only to those who may read secrets; records are not
///   secret, and are read without a key.
/// - A read after a write sees that write, of any process, and a failed write has done nothing or
///   is reported as `outcomeUnknown`, even if a backend's replicas lag.
/// - Superseded tokens are kept no longer than necessary.
package protocol TokenStore: Sendable {
  var description: StoreDescription { get }

  /// The records of the connections that have one; opens nothing, and writes nothing.
  ///
  /// - Parameter ids: these connections, as they were just read; `nil` for all, which are read for it.
  func tokenRecords(
    of ids: [ConnectionName: StoreID]?
  ) async throws(StoreError) -> [ConnectionName: StoredTokenRecord]

  /// A connection's record and its opened tokens; version 0 and no record if none is stored yet.
  ///
  /// - Throws: `notFound` if there is no such connection; `keyUnavailable` if tokens are kept and
  ///   their key is not available here.
  func openTokens(of name: ConnectionName) async throws(StoreError) -> StoredTokens

  /// Replaces the record that was read, and the tokens if the write has new ones.
  ///
  /// The record's granted scopes are the connection's granted scopes in the next snapshot.
  ///
  /// - Returns: the new version; it is greater than the one before.
  /// - Throws: `tokensMoved` if the version has changed, `notFound` if the connection is gone or is
  ///   another one.
  func swapTokens(_ write: TokenWrite) async throws(StoreError) -> Int64

  /// Tokens that belong to no connection, by key; opens nothing, and writes nothing.
  func strayTokens() async throws(StoreError) -> [StrayTokens]

  /// Removes stray tokens, permanently.
  ///
  /// - Throws: `refused` if they changed since they were listed.
  func forget(_ stray: StrayTokens) async throws(StoreError)

  /// Brings up to date what the store keeps of tokens beside the tokens themselves, for consumers, if
  /// it keeps such copies. Running it again is harmless.
  ///
  /// - Throws: the first failure, after all have been tried.
  func repairTokenCopies(_ copies: TokenCopies) async throws(StoreError)

  /// The store's own key, created when it is first needed: what is written beside the store about
  /// tokens is sealed under it, and digests of tokens are made with it. It is the one that the store has
  /// now, also if another process has replaced it since it was opened here.
  func tokenKey() async throws(StoreError) -> StoreKey
}

/// Copies for consumers.
package enum TokenCopies: Hashable, Sendable {
  /// Looks at each; finds what others changed, and what a killed process left.
  case all
  /// Those that this process knows to be out of date, because it could not write them.
  case unwritten
}

extension TokenStore {
  package func tokenRecords() async throws(StoreError) -> [ConnectionName: StoredTokenRecord] {
    try await tokenRecords(of: nil)
  }

  /// Those of a snapshot's connections.
  package func tokenRecords(
    in snapshot: Snapshot
  ) async throws(StoreError) -> [ConnectionName: StoredTokenRecord] {
    try await tokenRecords(of: snapshot.actual.mapValues(\.id))
  }

  package func refreshDigest(
    of token: SecretBytes, in id: StoreID
  ) async throws(StoreError) -> KeyedDigest {
    try await tokenKey().refreshDigest(of: token, in: id)
  }

  /// The name that a connection with tokens has now, whatever it was called when they were issued.
  package func name(of id: StoreID) async throws(StoreError) -> ConnectionName? {
    try await tokenRecords().first { $0.value.id == id }?.key
  }
}

extension StoreKey {
  /// A refresh token's digest, by which a claim names it.
  package func refreshDigest(of token: SecretBytes, in id: StoreID) -> KeyedDigest {
    digest(token, in: id, field: "refresh_token")
  }
}
