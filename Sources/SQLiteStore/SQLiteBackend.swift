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
  ///   - patience: seconds to wait for the transactions of other processes.
  ///   - isShared: other projects may use the file, so that records without an owner have to be
  ///     claimed; otherwise the next run takes them over.
  package init(
    path: String, shownPath: String, owner: Owner? = nil, isShared: Bool = false,
    patience: Int64 = 60, protection: any KeyProtection
  ) {
    self.owner = owner
    self.isShared = isShared
    file = SQLiteFile(path: path, patience: patience)
    transactions = GroupCommit(file)
    key = StoreKeyHolder(
      SQLiteKeyStorage(file: file), protection: protection, authenticates: true)
    description = StoreDescription(type: "sqlite", location: shownPath)
  }

  package nonisolated var store: Store {
    let store = Store(
      description: description,
      traits: Store.Traits(writesWholeSetups: false, holdsRecords: true, parallelism: 32),
      reader: self, lock: self, journal: self, grants: self, feed: self,
      offline: .unavailable(
        reason: "its records are only in the store itself, so offline plans are not possible"),
      secrets: self, key: key, history: self, tokens: self, upgrade: self, backup: self,
      authentication: self)
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
  /// Where the key is available, what was not written by a holder of it is an error; else the snapshot
  /// says that it was not checked.
  package func read() async throws(StoreError) -> Snapshot {
    try await checked(ifAbsent: Snapshot()) { db, key, doubt in
      try CodeCheck(db, key)?.require()
      return try SnapshotReader.snapshot(db).doubted(doubt)
    }
  }

  package func secrets(
    of names: Set<ConnectionName>
  ) async throws(StoreError) -> [FieldAddress: SecretBytes] {
    // One transaction reads the values and the key that they are sealed under.
    let (hasSecrets, text) = try reading(ifAbsent: (false, nil)) { db in
      (try !SealedField.all(db, of: names).isEmpty, try SQLiteKeyStorage.text(in: db))
    }
    if !hasSecrets, text == nil { return [:] }
    let key = try await key.required(openedFrom: text)
    return try reading(ifAbsent: [:]) { db in
      guard try key.isCurrent(in: db) else {
        throw StoreError.busy("the store key is being replaced")
      }
      let sealed = try SealedField.all(db, of: names)
      if let check = try CodeCheck(db, key) { try Self.require(sealed, of: names, check) }
      return Dictionary(try sealed.map { ($0.address, try $0.opened(key)) }) { first, _ in first }
    }
  }

  /// All secrets of these connections, which are as they were written.
  private static func require(
    _ sealed: [SealedField], of names: Set<ConnectionName>, _ check: CodeCheck
  ) throws {
    let found = Dictionary(grouping: sealed) { $0.address.connection }
    for name in names.sorted() {
      let fields = try check.require(name.rawValue)?.sealedFields ?? []
      guard fields == Set((found[name] ?? []).map(\.address.field.rawValue)) else {
        throw StoreError.corrupt("`\(name)`: its secrets are not those that were written")
      }
    }
  }

  /// Reads with the file's key, if it is available here.
  ///
  /// - Parameter work: gets the key, and why nothing can be checked here.
  func checked<R>(
    ifAbsent absent: R, _ work: (Database, StoreKey?, _ doubt: String?) throws -> R
  ) async throws(StoreError) -> R {
    for _ in 0..<3 {
      let text = try reading(ifAbsent: nil) { db in try SQLiteKeyStorage.text(in: db) }
      let opened: StoreKey? =
        if let text { try await key.openIfAvailable(text) } else { nil }
      let result = try reading(ifAbsent: R?.some(absent)) { db -> R? in
        guard try SQLiteKeyStorage.text(in: db) == text else { return nil }
        if text == nil, try CodeState.exists(in: db) {
          throw StoreError.corrupt("its key is missing")
        }
        return try work(db, opened, text == nil ? nil : Self.doubt(opened))
      }
      if let result { return result }
    }
    throw .busy("the store key is being replaced")
  }

  static func doubt(_ key: StoreKey?) -> String? {
    guard let key else {
      return
        "no key here opens the store's key; its plain values, names and records were not checked"
    }
    return key.authenticates
      ? nil
      : "an earlier version wrote it; the next apply protects its plain values, names and records"
  }
}

extension SQLiteBackend: ApplyLock {
  package func tryLock(
    _ holder: LockHolder, over silent: LockHolder?
  ) throws(StoreError) -> LockOutcome {
    // Who wants the lock tries again, until its own limit.
    try file.writing(waitingAtMost: SQLiteFile.shortWait) { db in
      try LockTable.take(db, holder, over: silent)
    }
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
  ) async throws(StoreError) -> ApplyRun {
    if let owner, !isShared { _ = try await claim(for: owner) { _ in true } }
    let run = try writing { db in
      try JournalTable.begin(db, changes: intents.count, by: provenance)
    }
    return ApplyRun(
      writer: SQLiteRunWriter(
        run: run, transactions: transactions, key: key, need: try needOfPlainWrite()),
      end: { [self] now async throws(StoreError) in try await endRun(run, at: now) })
  }

  /// A file without codes can be written without the key.
  private func needOfPlainWrite() throws(StoreError) -> StoreKeyHolder.Need {
    let hasCodes = try file.reading(.codes, ifAbsent: false) { db in try CodeState.exists(in: db) }
    return hasCodes ? .present : .opened
  }

  /// A write that may need the key.
  func writingWithCodes<R>(
    _ work: (Database, StoreKey?) throws -> R
  ) async throws(StoreError) -> R {
    try await StoreKeyHolder.work(try needOfPlainWrite(), of: key) {
      (key) async throws(StoreError) in
      try writing { db -> R? in
        guard try key.mayWrite(to: db) else { return nil }
        return try work(db, key)
      }
    }
  }

  private func claim(
    for owner: Owner, where isWanted: @Sendable (ConnectionName) -> Bool
  ) async throws(StoreError) -> Set<ConnectionName> {
    try await writingWithCodes { db, key in
      let names = try SnapshotReader.unclaimed(db, where: isWanted)
      return try CodeWriter.writing(names, db, key) {
        try SnapshotReader.claim(db, names, for: owner)
      }
    }
  }

  private func endRun(_ run: RunID, at now: Timestamp) throws(StoreError) {
    try writing { db in try JournalTable.end(db, run, at: now) }
  }
}

extension SQLiteBackend: GrantRecorder {
  package func recordGrant(
    _ scopes: Set<Scope>, for name: ConnectionName, by provenance: Provenance
  ) async throws(StoreError) {
    try await writingWithCodes { db, key in
      try CodeWriter.writing([name], db, key) {
        try db.run(
          sql: "UPDATE connection SET granted = ? WHERE name = ?",
          arguments: [try canonicalJSON(scopes.sorted()), name.rawValue])
        guard db.changesCount == 1 else { throw StoreError.notFound(name) }
        try EventTable.add(db, .grantRecorded, of: name, version: nil, by: provenance)
      }
    }
  }
}

extension SQLiteBackend: StoreUpgrade {
  /// Everything else in the file has the same form as before, and earlier versions take the same lock.
  package func claim(
    _ names: Set<ConnectionName>, by provenance: Provenance, holding holder: LockHolder
  ) async throws(StoreError) -> Set<ConnectionName> {
    guard let owner else { return [] }
    return try await claim(for: owner) { names.contains($0) }
  }
}
