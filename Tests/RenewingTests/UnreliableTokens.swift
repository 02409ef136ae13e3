import Model
import Renewing
import SQLiteStore
import Secrets
import Stores
import Synchronization

/// The tokens of a SQLite store, which fails where a test says so.
final class UnreliableTokens: TokenStore, Sendable {
  enum Fault: Sendable {
    case refused(StoreError)
    /// It is done, and its response is lost.
    case lost(StoreError)
  }

  let inner: SQLiteBackend
  private let chosen: Mutex<@Sendable (Int, TokenWrite) async -> Fault?>
  private let counter = Mutex(0)
  private let isAway: @Sendable () -> Bool
  private let isUnreadable: @Sendable () -> Bool
  private let isUnlistable: @Sendable () -> Bool
  private let didRead: @Sendable () -> Void

  /// - Parameters:
  ///   - isAway: whether nothing can be read or written.
  ///   - isUnreadable: whether nothing can be read; is asked for each read.
  ///   - isUnlistable: whether the records of all connections cannot be read; is asked for each read.
  ///   - didRead: is called after each read of a connection's tokens.
  ///   - fault: by the number of the swap, from 1.
  init(
    _ inner: SQLiteBackend, isAway: @escaping @Sendable () -> Bool = { false },
    isUnreadable: @escaping @Sendable () -> Bool = { false },
    isUnlistable: @escaping @Sendable () -> Bool = { false },
    didRead: @escaping @Sendable () -> Void = {},
    fault: @escaping @Sendable (Int, TokenWrite) async -> Fault?
  ) {
    self.inner = inner
    self.isAway = isAway
    self.isUnreadable = isUnreadable
    self.isUnlistable = isUnlistable
    self.didRead = didRead
    chosen = Mutex(fault)
  }

  var swaps: Int { counter.withLock { $0 } }

  func swapTokens(_ write: TokenWrite) async throws(StoreError) -> Int64 {
    let number = counter.withLock {
      $0 += 1
      return $0
    }
    if isAway() { throw .unavailable("it is away") }
    switch await chosen.withLock({ $0 })(number, write) {
    case .refused(let error): throw error
    case .lost(let error):
      _ = try await inner.swapTokens(write)
      throw error
    case nil: return try await inner.swapTokens(write)
    }
  }

  func tokenRecords(
    of ids: [ConnectionName: StoreID]?
  ) async throws(StoreError) -> [ConnectionName: StoredTokenRecord] {
    if isUnlistable() { throw .unavailable("it is away") }
    return try await inner.tokenRecords(of: ids)
  }
  func openTokens(of name: ConnectionName) async throws(StoreError) -> StoredTokens {
    if isAway() || isUnreadable() { throw .unavailable("it is away") }
    let tokens = try await inner.openTokens(of: name)
    didRead()
    return tokens
  }
  func strayTokens() async throws(StoreError) -> [StrayTokens] {
    try await inner.strayTokens()
  }
  func forget(_ stray: StrayTokens) async throws(StoreError) { try await inner.forget(stray) }
  func repairTokenCopies(_ copies: TokenCopies) async throws(StoreError) {
    await inner.repairTokenCopies(copies)
  }
  func tokenKey() async throws(StoreError) -> StoreKey { try await inner.tokenKey() }

  var description: StoreDescription { inner.description }
}
