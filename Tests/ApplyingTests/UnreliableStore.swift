import Model
import Secrets
import Stores
import Synchronization

/// A store whose backend goes away, or a process that is killed, behind so many writes.
final class UnreliableStore: Store {
  /// What a test lets happen at a write.
  enum Fate: Sendable {
    case unavailableBefore, unavailableAfter
  }

  private let inner: any Store
  private let fate: Fate
  private let left: Mutex<Int>

  init(_ inner: any Store, _ fate: Fate, afterWrites count: Int) {
    self.inner = inner
    self.fate = fate
    left = Mutex(count)
  }

  /// Whether this step is one too many; after that all are.
  private func isOver() -> Bool {
    left.withLock {
      $0 -= 1
      return $0 < 0
    }
  }

  private static let gone = StoreError.unavailable("the cable was pulled")

  var description: StoreDescription { inner.description }
  var holdsRecords: Bool { inner.holdsRecords }
  /// Fewer than a test has changes, so that some are not begun.
  var parallelism: Int { 4 }

  func history(of name: ConnectionName) async throws(StoreError) -> [StoredVersion] {
    try await inner.history(of: name)
  }

  func rollBack(
    _ name: ConnectionName, to version: StoreVersion, by provenance: Provenance
  ) async throws(StoreError) -> AppliedRecord {
    try await inner.rollBack(name, to: version, by: provenance)
  }

  func carryOut(
    _ write: StoreWrite, in run: RunID
  ) async throws(StoreError) -> AppliedRecord? {
    let isOver = isOver()
    if isOver, fate == .unavailableBefore { throw Self.gone }
    let record = try await inner.carryOut(write, in: run)
    if isOver { throw Self.gone }
    return record
  }

  var writesWholeSetups: Bool { inner.writesWholeSetups }

  func readOffline() async throws(StoreError) -> Snapshot { try await inner.readOffline() }

  func flows() async throws(StoreError) -> [FlowDefinition] {
    try await inner.flows()
  }

  func events(of name: ConnectionName) async throws(StoreError) -> [StoreEvent] {
    try await inner.events(of: name)
  }

  func sealedKey() async throws(StoreError) -> String? { try await inner.sealedKey() }
  func resealKey() async throws(StoreError) -> Bool { try await inner.resealKey() }

  func abandon(_ name: ConnectionName, in run: RunID) async throws(StoreError) {
    try await inner.abandon(name, in: run)
  }

  func secrets(
    of names: Set<ConnectionName>
  ) async throws(StoreError) -> [FieldAddress: SecretBytes] {
    try await inner.secrets(of: names)
  }

  func intend(_ name: ConnectionName, in run: RunID) async throws(StoreError) {
    try await inner.intend(name, in: run)
  }

  func endRun(_ run: RunID, at now: Timestamp) async throws(StoreError) {
    if left.withLock({ $0 < 0 }) { throw Self.gone }
    try await inner.endRun(run, at: now)
  }

  func read() async throws(StoreError) -> Snapshot { try await inner.read() }

  func compare(
    _ values: [(field: FieldAddress, value: SecretBytes)], isOffline: Bool
  ) async throws(StoreError) -> [SecretComparison?] {
    try await inner.compare(values, isOffline: isOffline)
  }

  func recordGrant(
    _ scopes: Set<Scope>, for name: ConnectionName, by provenance: Provenance
  ) async throws(StoreError) { try await inner.recordGrant(scopes, for: name, by: provenance) }

  func tryLock(_ holder: LockHolder) async throws(StoreError) -> LockOutcome {
    try await inner.tryLock(holder)
  }

  func heartbeat(_ holder: LockHolder, at now: Timestamp) async throws(StoreError) {
    try await inner.heartbeat(holder, at: now)
  }

  func unlock(_ holder: LockHolder) async throws(StoreError) { try await inner.unlock(holder) }

  func takeInterruptedRuns() async throws(StoreError) -> [InterruptedRun] {
    try await inner.takeInterruptedRuns()
  }

  func beginRun(
    _ intents: [StoreIntent], by provenance: Provenance
  ) async throws(StoreError) -> RunID { try await inner.beginRun(intents, by: provenance) }
}
