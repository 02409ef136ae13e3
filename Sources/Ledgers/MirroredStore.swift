package import Model
package import Secrets
package import Stores

/// A store that holds its applied records itself, with a copy of them in a ledger: for plans that
/// cannot ask the store, and for a log that is read where the project is.
///
/// The store's own records are what counts, and its own lock keeps applies apart. The copy is made
/// when a run ends; where that was not to be, the next run begins by making it.
package struct MirroredStore<Records: Ledger>: Store {
  private let store: any Store
  private let ledger: Records
  private let catalog: Catalog
  private let protection: any KeyProtection
  private let provenance: @Sendable () -> Provenance

  package init(
    _ store: any Store, ledger: Records, catalog: Catalog, protection: any KeyProtection,
    provenance: @escaping @Sendable () -> Provenance
  ) {
    self.store = store
    self.ledger = ledger
    self.catalog = catalog
    self.protection = protection
    self.provenance = provenance
  }

  /// Brings the ledger to what the store has recorded; where it is that already, nothing moves.
  private func publish(_ message: String, by provenance: Provenance) async throws(StoreError) {
    let version = try ledger.read()
    var contents = version.contents
    let snapshot = try await store.read()
    contents.key = try await store.sealedKey()
    contents.entries = [:]
    for (name, record) in snapshot.applied {
      contents.entries[name] = LedgerEntry(
        record: record, granted: snapshot.actual[name]?.grantedScopes?.sorted())
    }
    if contents == version.contents { return }
    _ = try ledger.move(
      from: version, on: version, to: contents, message: message, by: provenance, isShared: true)
  }

  // MARK: From the ledger

  package func readOffline() throws(StoreError) -> Snapshot {
    BackendSnapshot(contents: try ledger.read(isOffline: true).contents, catalog: catalog).recorded
  }

  package func compare(
    _ values: [(field: FieldAddress, value: SecretBytes)], isOffline: Bool
  ) async throws(StoreError) -> [SecretComparison?] {
    guard isOffline else { return try await store.compare(values, isOffline: false) }
    if values.isEmpty { return [] }
    let contents = try ledger.read(isOffline: true).contents
    guard let sealed = contents.key else { return values.map { _ in nil } }
    return try StoreKey(await protection.openKey(sealed)).compare(values, with: contents.records)
  }

  // MARK: With a copy

  package func takeInterruptedRuns() async throws(StoreError) -> [InterruptedRun] {
    let runs = try await store.takeInterruptedRuns()
    try await publish("ledger: brought up to the store\n", by: provenance())
    return runs
  }

  package func endRun(_ run: RunID, at now: Timestamp) async throws(StoreError) {
    try await store.endRun(run, at: now)
    let provenance = provenance()
    try await publish(
      "apply: done\n\n" + provenance.lines.joined(separator: "\n") + "\n", by: provenance)
  }

  package func recordGrant(
    _ scopes: Set<Scope>, for name: ConnectionName, by provenance: Provenance
  ) async throws(StoreError) {
    try await store.recordGrant(scopes, for: name, by: provenance)
    try await publish("scopes: \(name)\n", by: provenance)
  }

  package func rollBack(
    _ name: ConnectionName, to version: StoreVersion, by provenance: Provenance
  ) async throws(StoreError) -> AppliedRecord {
    let record = try await store.rollBack(name, to: version, by: provenance)
    try await publish("rollback: \(name)\n", by: provenance)
    return record
  }

  package func resealKey() async throws(StoreError) -> Bool {
    let isThere = try await store.resealKey()
    try await publish("key: sealed anew\n", by: provenance())
    return isThere
  }

  // MARK: The store's own

  package var description: StoreDescription { store.description }
  package var tokenStore: (any TokenStore)? { store.tokenStore }
  package var feed: any ChangeFeed { store.feed }
  package var writesWholeSetups: Bool { store.writesWholeSetups }
  package let holdsRecords = true
  package var parallelism: Int { store.parallelism }

  package func read() async throws(StoreError) -> Snapshot { try await store.read() }

  package func secrets(
    of names: Set<ConnectionName>
  ) async throws(StoreError) -> [FieldAddress: SecretBytes] { try await store.secrets(of: names) }

  package func flows() async throws(StoreError) -> [FlowDefinition] {
    try await store.flows()
  }

  package func events(of name: ConnectionName) async throws(StoreError) -> [StoreEvent] {
    try await store.events(of: name)
  }

  package func history(of name: ConnectionName) async throws(StoreError) -> [StoredVersion] {
    try await store.history(of: name)
  }

  package func sealedKey() async throws(StoreError) -> String? { try await store.sealedKey() }

  package func carryOut(
    _ write: StoreWrite, in run: RunID
  ) async throws(StoreError) -> AppliedRecord? { try await store.carryOut(write, in: run) }

  package func tryLock(_ holder: LockHolder) async throws(StoreError) -> LockOutcome {
    try await store.tryLock(holder)
  }

  package func heartbeat(_ holder: LockHolder, at now: Timestamp) async throws(StoreError) {
    try await store.heartbeat(holder, at: now)
  }

  package func unlock(_ holder: LockHolder) async throws(StoreError) {
    try await store.unlock(holder)
  }

  package func beginRun(
    _ intents: [StoreIntent], by provenance: Provenance
  ) async throws(StoreError) -> RunID { try await store.beginRun(intents, by: provenance) }

  package func intend(_ name: ConnectionName, in run: RunID) async throws(StoreError) {
    try await store.intend(name, in: run)
  }

  package func abandon(_ name: ConnectionName, in run: RunID) async throws(StoreError) {
    try await store.abandon(name, in: run)
  }
}
