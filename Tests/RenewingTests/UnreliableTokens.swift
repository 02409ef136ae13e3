import Model
import Renewing
import SQLiteStore
import Secrets
import Stores
import Synchronization

/// A SQLite store whose swaps fail on order, and that tells what was done in which order.
final class UnreliableTokens: Store, TokenStore, Sendable {
  enum Fault: Sendable {
    case refused(StoreError)
    /// It is done, and its answer is lost.
    case lost(StoreError)
  }

  let inner: SQLiteStore
  private let chosen: Mutex<@Sendable (Int, TokenWrite) async -> Fault?>
  private let counter = Mutex(0)

  /// - Parameter fault: by the number of the swap, from 1.
  init(_ inner: SQLiteStore, fault: @escaping @Sendable (Int, TokenWrite) async -> Fault?) {
    self.inner = inner
    chosen = Mutex(fault)
  }

  var swaps: Int { counter.withLock { $0 } }

  func swapTokens(_ write: TokenWrite) async throws(StoreError) -> Int64 {
    let number = counter.withLock {
      $0 += 1
      return $0
    }
    switch await chosen.withLock({ $0 })(number, write) {
    case .refused(let error): throw error
    case .lost(let error):
      _ = try await inner.swapTokens(write)
      throw error
    case nil: return try await inner.swapTokens(write)
    }
  }

  func tokenRecords() async throws(StoreError) -> [ConnectionName: StoredTokenRecord] {
    try await inner.tokenRecords()
  }
  func openTokens(of name: ConnectionName) async throws(StoreError) -> StoredTokens {
    try await inner.openTokens(of: name)
  }
  func tokenKey() async throws(StoreError) -> StoreKey { try await inner.tokenKey() }

  // MARK: What a renewal has no business with

  var description: StoreDescription { inner.description }
  var writesWholeSetups: Bool { inner.writesWholeSetups }
  func read() async throws(StoreError) -> Snapshot { try await inner.read() }
  var holdsRecords: Bool { inner.holdsRecords }
  var parallelism: Int { inner.parallelism }

  func history(of name: ConnectionName) async throws(StoreError) -> [StoredVersion] {
    try await inner.history(of: name)
  }

  func rollBack(
    _ name: ConnectionName, to version: StoreVersion, by provenance: Provenance
  ) async throws(StoreError) -> AppliedRecord {
    try await inner.rollBack(name, to: version, by: provenance)
  }
  func compare(
    _ values: [(field: FieldAddress, value: SecretBytes)], isOffline: Bool
  ) async throws(StoreError) -> [SecretComparison?] { throw .refused("unexpected") }
  func secrets(
    of names: Set<ConnectionName>
  ) async throws(StoreError) -> [FieldAddress: SecretBytes] { throw .refused("unexpected") }
  func readOffline() async throws(StoreError) -> Snapshot { throw .refused("unexpected") }
  func flows() async throws(StoreError) -> [FlowDefinition] {
    throw .refused("unexpected")
  }
  func events(of name: ConnectionName) async throws(StoreError) -> [StoreEvent] {
    try await inner.events(of: name)
  }
  func sealedKey() async throws(StoreError) -> String? { try await inner.sealedKey() }
  func resealKey() async throws(StoreError) -> Bool { throw .refused("unexpected") }
  func carryOut(
    _ write: StoreWrite, in run: RunID
  ) async throws(StoreError) -> AppliedRecord? { throw .refused("unexpected") }
  func recordGrant(
    _ scopes: Set<Scope>, for name: ConnectionName, by provenance: Provenance
  ) async throws(StoreError) { throw .refused("unexpected") }
  func tryLock(_ holder: LockHolder) async throws(StoreError) -> LockOutcome {
    throw .refused("unexpected")
  }
  func heartbeat(_ holder: LockHolder, at now: Timestamp) async throws(StoreError) {
    throw .refused("unexpected")
  }
  func unlock(_ holder: LockHolder) async throws(StoreError) { throw .refused("unexpected") }
  func takeInterruptedRuns() async throws(StoreError) -> [InterruptedRun] {
    throw .refused("unexpected")
  }
  func beginRun(
    _ intents: [StoreIntent], by provenance: Provenance
  ) async throws(StoreError) -> RunID { throw .refused("unexpected") }
  func intend(_ name: ConnectionName, in run: RunID) async throws(StoreError) {
    throw .refused("unexpected")
  }
  func abandon(_ name: ConnectionName, in run: RunID) async throws(StoreError) {
    throw .refused("unexpected")
  }
  func endRun(_ run: RunID, at now: Timestamp) async throws(StoreError) {
    throw .refused("unexpected")
  }
}
