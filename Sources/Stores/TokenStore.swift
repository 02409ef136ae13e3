package import Model
package import Secrets

/// Where a store keeps the tokens of its connections, which we renew.
///
/// There is one write, `swapTokens`: claims, new tokens and failures are all records that are swapped
/// for the version that was read, so of two processes that want the same only one gets it. An
/// implementation guarantees:
///
/// - Tokens belong to a connection by its id: they go when it is deleted, or replaced by another of
///   its name, and stay when it is renamed. Its own version does not change with them.
/// - Tokens are kept sealed, or where only those who may read secrets can read them; records are not
///   secret, and are read without a key.
/// - A read after a write sees that write, of whatever process, and a failed write has done nothing
///   or is reported as `outcomeUnknown`, even where a backend's replicas lag.
/// - Superseded tokens are kept no longer than necessary.
package protocol TokenStore: Sendable {
  var description: StoreDescription { get }

  /// What is kept, of all connections that have a record; opens nothing, and writes nothing.
  func tokenRecords() async throws(StoreError) -> [ConnectionName: StoredTokenRecord]

  /// A connection's record and its opened tokens; version 0 and no record where none is kept yet.
  ///
  /// - Throws: `notFound` where there is no such connection; `keyUnavailable` where tokens are kept
  ///   and their key is not available here.
  func openTokens(of name: ConnectionName) async throws(StoreError) -> StoredTokens

  /// Replaces the record that was read, and the tokens where the write says so.
  ///
  /// What the record says was granted are the connection's granted scopes in the next snapshot.
  ///
  /// - Returns: the new version; it is greater than the one before.
  /// - Throws: `tokensMoved` where another version is there by now, `notFound` where the connection
  ///   is gone or is another one.
  func swapTokens(_ write: TokenWrite) async throws(StoreError) -> Int64

  /// The store's own key, made on first need: what is written beside the store about tokens is sealed
  /// under it, and digests of tokens are made with it.
  func tokenKey() async throws(StoreError) -> StoreKey
}

extension TokenStore {
  /// A refresh token's digest, by which a claim names it.
  package func refreshDigest(
    of token: SecretBytes, in id: StoreID
  ) async throws(StoreError) -> KeyedDigest {
    try await tokenKey().digest(token, in: id, field: "refresh_token")
  }
}
