import GRDB
package import Model
package import Secrets
package import Stores

/// A store in one SQLite file, 0600 in a folder of 0700.
///
/// Secret values are sealed with AES-256-GCM under a random key, which the store keeps as an OpenPGP
/// message to the project's recipients: so a plan, which reads no secret, needs no key, and a stolen
/// file opens only for the recipients. Reading writes nothing; the first write creates the file.
///
/// An actor, so that work on the file, which blocks a thread, is done one piece at a time.
package actor SQLiteBackend {
  /// Versions of a connection that are kept, the current one among them.
  package static let keptVersions = 20

  nonisolated let file: SQLiteFile
  nonisolated let key: StoreKeyHolder
  nonisolated let transactions: GroupCommit
  package nonisolated let description: StoreDescription
  private nonisolated let owner: Owner?
  private nonisolated let isShared: Bool

  /// - Parameters:
  ///   - path: the file, absolute.
  ///   - shownPath: the path to display.
  ///   - owner: whose records are written.
  ///   - isShared: other projects may use the file, so that records without an owner have to be
  ///     claimed; otherwise the next run takes them over.
  package init(
    path: String, shownPath: String, owner: Owner? = nil, isShared: Bool = false,
    protection: any KeyProtection
  ) {
    self.owner = owner
    self.isShared = isShared
    file = SQLiteFile(path: path)
    transactions = GroupCommit(file)
    key = StoreKeyHolder(SQLiteKeyStorage(file: file), protection: protection)
    description = StoreDescription(type: "sqlite", location: shownPath)
  }

  package nonisolated var store: Store {
    let store = Store(
      description: description,
      traits: Store.Traits(writesWholeSetups: false, holdsRecords: true, parallelism: 32),
      reader: self, lock: self, journal: self, grants: self, feed: self,
      offline: .unavailable(
        reason: "its records are only in the store itself, so offline plans are not possible"),
      secrets: self, key: key, history: self, tokens: self, upgrade: self)
    return owner.map { store.owned(by: $0, claimsAll: !isShared) } ?? store
  }

  func writing<R>(_ work: (Database) throws -> R) throws(StoreError) -> R {
    try file.writing(work)
  }

  func reading<R>(
    ifAbsent absent: R, _ work: (Database) throws -> R
  ) throws(StoreError) -> R {
    try file.reading(.store, ifAbsent: absent, work)
  }
}

extension SQLiteBackend: ConnectionReader, SecretReader {
  package func read() throws(StoreError) -> Snapshot {
    try reading(ifAbsent: Snapshot()) { db in try SnapshotReader.snapshot(db) }
  }

  package func secrets(
    of names: Set<ConnectionName>
  ) async throws(StoreError) -> [FieldAddress: SecretBytes] {
    // One transaction reads the values and the key that they are sealed under.
    let (sealed, text) = try reading(ifAbsent: ([], nil)) { db in
      (try SealedField.all(db, of: names), try SQLiteKeyStorage.text(in: db))
    }
    if sealed.isEmpty { return [:] }
    let key = try await key.required(openedFrom: text)
    return try StoreError.translating {
      Dictionary(try sealed.map { ($0.address, try $0.opened(key)) }) { first, _ in first }
    }
  }
}

extension SQLiteBackend: ApplyLock {
  package func tryLock(_ holder: LockHolder) throws(StoreError) -> LockOutcome {
    try writing { db in try LockTable.take(db, holder) }
  }

  package func heartbeat(_ holder: LockHolder, at now: Timestamp) throws(StoreError) {
    try writing { db in try LockTable.keep(db, holder, at: now) }
  }

  package func unlock(_ holder: LockHolder) throws(StoreError) {
    try writing { db in try LockTable.release(db, holder) }
  }
}

extension SQLiteBackend: ApplyJournal {
  package func recoverInterruptedRuns() throws(StoreError) -> [InterruptedRun] {
    let runs = try writing { db in try JournalTable.takeInterrupted(db) }
    // One that replaced the store's key may have been killed before this.
    if !runs.isEmpty { try file.removeTraces() }
    return runs
  }

  /// A change is one transaction with its journal entry, so nothing is ever abandoned.
  package func beginRun(
    _ intents: [StoreIntent], by provenance: Provenance
  ) throws(StoreError) -> ApplyRun {
    let run = try writing { db in
      if let owner, !isShared { _ = try SnapshotReader.claimRecords(db, for: owner) }
      return try JournalTable.begin(db, changes: intents.count, by: provenance)
    }
    return ApplyRun(
      writer: SQLiteRunWriter(run: run, transactions: transactions, key: key),
      end: { [self] now async throws(StoreError) in try await endRun(run, at: now) })
  }

  private func endRun(_ run: RunID, at now: Timestamp) throws(StoreError) {
    try writing { db in try JournalTable.end(db, run, at: now) }
  }
}

extension SQLiteBackend: GrantRecorder {
  package func recordGrant(
    _ scopes: Set<Scope>, for name: ConnectionName, by provenance: Provenance
  ) throws(StoreError) {
    try writing { db in
      try db.run(
        sql: "UPDATE connection SET granted = ? WHERE name = ?",
        arguments: [try canonicalJSON(scopes.sorted()), name.rawValue])
      guard db.changesCount == 1 else { throw StoreError.notFound(name) }
      try EventTable.add(db, .grantRecorded, of: name, version: nil, by: provenance)
    }
  }
}

extension SQLiteBackend: StoreUpgrade {
  /// Everything else in the file has the same form as before, and earlier versions take the same lock.
  package func claim(
    _ names: Set<ConnectionName>, by provenance: Provenance, holding holder: LockHolder
  ) throws(StoreError) -> Set<ConnectionName> {
    guard let owner else { return [] }
    return try writing { db in
      try SnapshotReader.claimRecords(db, for: owner) { names.contains($0) }
    }
  }
}
