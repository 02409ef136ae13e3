import FoundationEssentials
import GRDB
package import Model
package import Secrets
package import Stores

/// A store in one SQLite file, 0600 in a folder of 0700.
///
/// Secret values are sealed with AES-256-GCM under a random key, which the store keeps as an
/// OpenPGP message to the project's recipients: so a plan, which reads no secret, needs no key, and
/// a stolen file opens for nobody else. Reading writes nothing; the file is made by the first write.
package actor SQLiteStore: Store {
  /// Versions of a connection that are kept, the present one among them.
  package static let keptVersions = 20

  package nonisolated let description: StoreDescription
  package nonisolated let writesWholeSetups = false
  package nonisolated let holdsRecords = true
  package nonisolated let parallelism = 32
  nonisolated let file: SQLiteFile
  private let transactions: GroupCommit
  private let protection: any KeyProtection
  private var key: StoreKey?
  private let fetchingKey = SingleFlight<StoreKey?>()
  private let makingKey = SingleFlight<StoreKey>()

  /// - Parameters:
  ///   - path: the file, absolute.
  ///   - shownPath: as it is named to people.
  package init(path: String, shownPath: String, protection: any KeyProtection) {
    file = SQLiteFile(path: path)
    transactions = GroupCommit(file)
    description = StoreDescription(type: "sqlite", location: shownPath)
    self.protection = protection
  }

  package func read() throws(StoreError) -> Snapshot {
    try reading(ifAbsent: Snapshot()) { db in try SnapshotReader.snapshot(db) }
  }

  package func compare(
    _ values: [(field: FieldAddress, value: SecretBytes)], isOffline: Bool
  ) async throws(StoreError) -> [SecretComparison?] {
    if values.isEmpty { return [] }
    let applied = try read().applied
    guard let key = try await presentKey() else { return values.map { _ in nil } }
    return key.compare(values, with: applied)
  }

  package func readOffline() throws(StoreError) -> Snapshot {
    throw .unavailable("its records are in the store itself, so it cannot be planned without it")
  }

  package func flows() -> [FlowDefinition] { [] }

  package func secrets(
    of names: Set<ConnectionName>
  ) async throws(StoreError) -> [FieldAddress: SecretBytes] {
    let sealed = try reading(ifAbsent: []) { db in try SealedField.all(db, of: names) }
    guard !sealed.isEmpty else { return [:] }
    guard let key = try await presentKey() else { throw .corrupt("the store key is missing") }
    return try StoreError.translating {
      Dictionary(try sealed.map { ($0.address, try $0.opened(key)) }) { first, _ in first }
    }
  }

  package func carryOut(
    _ write: StoreWrite, in run: RunID
  ) async throws(StoreError) -> AppliedRecord? {
    // Where the key is open already, the record of a kept value can have its digest.
    let key = write.needsKey ? try await usableKey() : key
    return try await transactions.write { db in
      try ConnectionWriter(db: db, key: key, write: write, run: run).carryOut()
    }
  }

  package func recordGrant(
    _ scopes: Set<Scope>, for name: ConnectionName, by provenance: Provenance
  ) throws(StoreError) {
    try writing { db in try ConnectionWriter.grant(db, scopes, to: name, by: provenance) }
  }

  package func rollBack(
    _ name: ConnectionName, to version: StoreVersion, by provenance: Provenance
  ) async throws(StoreError) -> AppliedRecord {
    let key: StoreKey?
    do throws(StoreError) {
      key = try await presentKey()
    } catch {
      guard case .keyUnavailable = error else { throw error }
      key = nil
    }
    return try writing { db in
      try Rollback(db: db, key: key, name: name, version: version, provenance: provenance)
        .carryOut()
    }
  }

  package func tryLock(_ holder: LockHolder) throws(StoreError) -> LockOutcome {
    try writing { db in try LockTable.take(db, holder) }
  }

  package func heartbeat(_ holder: LockHolder, at now: Timestamp) throws(StoreError) {
    try writing { db in try LockTable.keep(db, holder, at: now) }
  }

  package func unlock(_ holder: LockHolder) throws(StoreError) {
    try writing { db in try LockTable.release(db, holder) }
  }

  package func takeInterruptedRuns() throws(StoreError) -> [InterruptedRun] {
    try writing { db in try Journal.takeInterrupted(db) }
  }

  package func beginRun(
    _ intents: [StoreIntent], by provenance: Provenance
  ) throws(StoreError) -> RunID {
    try writing { db in try Journal.begin(db, changes: intents.count, by: provenance) }
  }

  package func intend(_ name: ConnectionName, in run: RunID) async throws(StoreError) {
    try await transactions.write { db in try Journal.intend(db, name, in: run) }
  }

  /// A change is done in one transaction with its journal, so what is not there was not done.
  package func abandon(_ name: ConnectionName, in run: RunID) {}

  package func endRun(_ run: RunID, at now: Timestamp) throws(StoreError) {
    try writing { db in try Journal.end(db, run, at: now) }
  }
}

// MARK: The store key

extension SQLiteStore {
  /// The store key as it is kept: an armored message; `nil` before the first write.
  package func sealedKey() throws(StoreError) -> String? {
    try reading(ifAbsent: nil) { db in
      try String.fetchOne(db, sql: "SELECT sealed FROM store_key")
    }
  }

  /// Seals the store key anew, for the recipients of now.
  ///
  /// - Returns: false where there is no key yet.
  package func resealKey() async throws(StoreError) -> Bool {
    guard let sealed = try sealedKey() else { return false }
    let again = try await protection.sealKey(protection.openKey(sealed))
    try writing { db in
      try db.execute(sql: "UPDATE store_key SET sealed = ?", arguments: [again])
    }
    return true
  }

  func presentKey() async throws(StoreError) -> StoreKey? {
    if let key { return key }
    key = try await fetchingKey.value { () async throws(StoreError) in
      guard let sealed = try await self.sealedKey() else { return nil }
      return try StoreKey(await self.protection.openKey(sealed))
    }
    return key
  }

  /// The key that is there, or a new one.
  func usableKey() async throws(StoreError) -> StoreKey {
    if let key = try await presentKey() { return key }
    return try await makingKey.value { () async throws(StoreError) in try await self.newKey() }
  }

  private func newKey() async throws(StoreError) -> StoreKey {
    if let key { return key }
    let new = StoreKey.random()
    let sealed = try await protection.sealKey(new)
    let isOurs = try writing { db in
      // Where another process was quicker, its key stays.
      try db.execute(
        sql: "INSERT OR IGNORE INTO store_key (id, sealed) VALUES (1, ?)", arguments: [sealed])
      return db.changesCount > 0
    }
    if isOurs {
      // It need not be opened, which costs an operation with a private key.
      let key = try StoreKey(new)
      self.key = key
      return key
    }
    guard let key = try await presentKey() else { throw .corrupt("the store key is missing") }
    return key
  }
}

// MARK: The file

extension SQLiteStore {
  func writing<R>(_ work: (Database) throws -> R) throws(StoreError) -> R {
    try file.writing(work)
  }

  func reading<R>(
    ifAbsent absent: R, _ work: (Database) throws -> R
  ) throws(StoreError) -> R {
    try file.reading(.store, ifAbsent: absent, work)
  }
}

extension StoreWrite {
  fileprivate var needsKey: Bool {
    fields.values.contains {
      switch $0 {
      case .secret: true
      case .plain, .keep, .leave: false
      }
    }
  }
}
