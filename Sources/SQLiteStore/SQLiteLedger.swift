import GRDB
package import Ledgers
package import Model
package import Stores

/// A ledger in a SQLite file, for projects outside git: it belongs to one machine, so it has no
/// remote.
package struct SQLiteLedger: Ledger {
  package struct Version: LedgerVersion {
    /// 0 before the first move.
    let number: Int64
    package let contents: LedgerContents
    package let digests: LedgerDigests
    /// As they are in the file, where a newer version may have written more than is read here.
    fileprivate let state: String?
    fileprivate let proof: String?
    package var remoteState: LedgerRemoteState { .none }

    fileprivate static let unused = Version(
      number: 0, contents: LedgerContents(), digests: LedgerDigests(), state: nil, proof: nil)
  }

  private let file: SQLiteFile
  private let name: String
  private let place: String?

  /// - Parameters:
  ///   - path: absolute.
  ///   - name: of the ledger; a file may hold several.
  ///   - place: what the names of all owners' ledgers for the backend begin with; `nil` for a ledger
  ///     without an owner.
  package init(path: String, name: String, place: String? = nil) {
    file = SQLiteFile(path: path)
    self.name = name
    self.place = place
  }

  package func neighbours(
    _ previous: SQLiteLedger, isOffline: Bool
  ) throws(StoreError) -> LedgerNeighbours {
    var found = LedgerNeighbours()
    guard let place else { return found }
    found.others = try file.reading(.ledgers, ifAbsent: []) { db in
      try String.fetchAll(db, sql: "SELECT name FROM ledger ORDER BY name")
        .filter { $0.hasPrefix(place + "/") && $0 != name }
        .map { try Self(file: file, name: $0).present(db).contents }
    }
    found.previous = [try previous.read(isOffline: isOffline).contents]
    return found
  }

  private init(file: SQLiteFile, name: String) {
    self.file = file
    self.name = name
    place = nil
  }

  package func read(isOffline: Bool) throws(StoreError) -> Version {
    try file.reading(.ledgers, ifAbsent: .unused) { db in
      try present(db)
    }
  }

  package func move(
    from old: Version, on base: Version, to draft: LedgerDraft, message: String,
    by provenance: Provenance, isShared: Bool
  ) throws(StoreError) -> Version {
    try file.writing { db in
      let number = try compareAndSwap(db, old, draft)
      if old.number != base.number { try forget(db, old) }
      try db.execute(
        sql: "INSERT INTO ledger_log (ledger, number, at, message) VALUES (?, ?, ?, ?)",
        arguments: [name, number, provenance.at.milliseconds, message])
      return Version(
        number: number, contents: draft.contents, digests: draft.digests,
        state: draft.text(LedgerFiles.state) ?? old.state, proof: draft.text(LedgerFiles.proof))
    }
  }

  package func revert(_ version: Version, to base: Version) throws(StoreError) {
    try file.writing { db in
      guard try number(db) == version.number else { throw StoreError.ledgerMoved }
      if let state = base.state {
        // A run that changed nothing has the entries that were there before it.
        try db.execute(
          sql: "UPDATE ledger SET number = ?, state = ?, key = ?, proof = ? WHERE name = ?",
          arguments: [
            try RowVersion.next(after: version.number), state, base.contents.key, base.proof, name,
          ])
      } else {
        try db.execute(sql: "DELETE FROM ledger WHERE name = ?", arguments: [name])
      }
      try forget(db, version)
    }
  }

  package func reset(to draft: LedgerDraft, by provenance: Provenance) throws(StoreError) {
    try file.writing { db in
      try db.execute(sql: "DELETE FROM ledger_entry WHERE ledger = ?", arguments: [name])
      let number = try RowVersion.next(after: number(db))
      try put(db, number: number, draft)
      try db.execute(
        sql: "INSERT INTO ledger_log (ledger, number, at, message) VALUES (?, ?, ?, ?)",
        arguments: [name, number, provenance.at.milliseconds, "ledger: reset\n"])
    }
  }

  package func log() throws(StoreError) -> [LedgerLogEntry] {
    try file.reading(.ledgers, ifAbsent: []) { db in
      try Row.fetchAll(
        db, sql: "SELECT number, at, message FROM ledger_log WHERE ledger = ? ORDER BY number DESC",
        arguments: [name]
      ).map { row in
        LedgerLogEntry(
          id: String(row[0] as Int64), when: Timestamp(milliseconds: row[1]).description,
          message: row[2])
      }
    }
  }
}

extension SQLiteLedger {
  private func number(_ db: Database) throws -> Int64 {
    try Int64.fetchOne(db, sql: "SELECT number FROM ledger WHERE name = ?", arguments: [name]) ?? 0
  }

  private func present(_ db: Database) throws -> Version {
    let proof = try Schema.has(.ledgerProofs, in: db) ? "proof" : "NULL"
    guard
      let row = try Row.fetchOne(
        db, sql: "SELECT number, state, key, \(proof) FROM ledger WHERE name = ?",
        arguments: [name])
    else { return .unused }
    var contents = LedgerContents()
    var digests = LedgerDigests()
    func add(_ path: String, _ text: String) -> String {
      digests.add(path, text.utf8)
      return text
    }
    contents.state = try decoded(add(LedgerFiles.state, row[1]))
    contents.key = (row[2] as String?).map { add(LedgerFiles.key, $0) }
    contents.proof = try (row[3] as String?).map { try decoded($0) }
    let entries = try Row.fetchCursor(
      db, sql: "SELECT connection, entry FROM ledger_entry WHERE ledger = ?", arguments: [name])
    while let entry = try entries.next() {
      let name = try SnapshotReader.name(entry[0])
      contents.entries[name] = try decoded(add(LedgerFiles.path(name), entry[1]))
    }
    return Version(
      number: row[0], contents: contents, digests: digests, state: row[1], proof: row[3])
  }

  /// Writes what differs; the number of the new state.
  private func compareAndSwap(
    _ db: Database, _ old: Version, _ draft: LedgerDraft
  ) throws -> Int64 {
    guard try number(db) == old.number else { throw StoreError.ledgerMoved }
    let next = try RowVersion.next(after: old.number)
    try put(db, number: next, draft)
    let contents = draft.contents
    for connection in old.contents.entries.keys where contents.entries[connection] == nil {
      try db.execute(
        sql: "DELETE FROM ledger_entry WHERE ledger = ? AND connection = ?",
        arguments: [name, connection.rawValue])
    }
    for connection in contents.entries.keys {
      guard let text = draft.text(LedgerFiles.path(connection)) else { continue }
      try db.execute(
        sql: """
          INSERT OR REPLACE INTO ledger_entry (ledger, connection, entry) VALUES (?, ?, ?)
          """, arguments: [name, connection.rawValue, text])
    }
    return next
  }

  /// Writes all but the entries.
  private func put(_ db: Database, number: Int64, _ draft: LedgerDraft) throws {
    // A state that did not change is not in the draft, and stays.
    try db.execute(
      sql: """
        INSERT INTO ledger (name, number, state, key, proof)
        VALUES (:name, :number, coalesce(:state, (SELECT state FROM ledger WHERE name = :name)),
          :key, :proof)
        ON CONFLICT (name) DO UPDATE
        SET number = excluded.number, state = excluded.state, key = excluded.key,
          proof = excluded.proof
        """,
      arguments: [
        "name": name, "number": number, "state": draft.text(LedgerFiles.state),
        "key": draft.contents.key, "proof": draft.text(LedgerFiles.proof),
      ])
  }

  private func forget(_ db: Database, _ version: Version) throws {
    try db.execute(
      sql: "DELETE FROM ledger_log WHERE ledger = ? AND number = ?",
      arguments: [name, version.number])
  }
}
