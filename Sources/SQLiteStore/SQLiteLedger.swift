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
    try file.reading(.ledgers, ifAbsent: Version(number: 0, contents: LedgerContents())) { db in
      try present(db)
    }
  }

  package func move(
    from old: Version, on base: Version, to contents: LedgerContents, message: String,
    by provenance: Provenance, isShared: Bool
  ) throws(StoreError) -> Version {
    try file.writing { db in
      let number = try compareAndSwap(db, old, contents)
      if old.number != base.number { try forget(db, old) }
      try db.execute(
        sql: "INSERT INTO ledger_log (ledger, number, at, message) VALUES (?, ?, ?, ?)",
        arguments: [name, number, provenance.at.milliseconds, message])
      return Version(number: number, contents: contents)
    }
  }

  package func revert(_ version: Version, to base: Version) throws(StoreError) {
    try file.writing { db in
      _ = try compareAndSwap(db, version, base.contents)
      try forget(db, version)
    }
  }

  package func reset(by provenance: Provenance) throws(StoreError) {
    try file.writing { db in
      try db.execute(sql: "DELETE FROM ledger_entry WHERE ledger = ?", arguments: [name])
      let number = try RowVersion.next(after: number(db))
      try put(db, number: number, LedgerContents())
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
    guard
      let row = try Row.fetchOne(
        db, sql: "SELECT number, state, key FROM ledger WHERE name = ?", arguments: [name])
    else { return Version(number: 0, contents: LedgerContents()) }
    var contents = LedgerContents()
    contents.state = try decoded(row[1])
    contents.key = row[2]
    let entries = try Row.fetchCursor(
      db, sql: "SELECT connection, entry FROM ledger_entry WHERE ledger = ?", arguments: [name])
    while let entry = try entries.next() {
      contents.entries[try SnapshotReader.name(entry[0])] = try decoded(entry[1])
    }
    return Version(number: row[0], contents: contents)
  }

  /// Writes what differs; the number of the new state.
  private func compareAndSwap(
    _ db: Database, _ old: Version, _ contents: LedgerContents
  ) throws -> Int64 {
    guard try number(db) == old.number else { throw StoreError.ledgerMoved }
    let next = try RowVersion.next(after: old.number)
    try put(db, number: next, contents)
    let names = Set(contents.entries.keys).union(old.contents.entries.keys)
    for connection in names where contents.entries[connection] != old.contents.entries[connection] {
      if let entry = contents.entries[connection] {
        try db.execute(
          sql: """
            INSERT OR REPLACE INTO ledger_entry (ledger, connection, entry) VALUES (?, ?, ?)
            """, arguments: [name, connection.rawValue, try canonicalJSON(entry)])
      } else {
        try db.execute(
          sql: "DELETE FROM ledger_entry WHERE ledger = ? AND connection = ?",
          arguments: [name, connection.rawValue])
      }
    }
    return next
  }

  private func put(_ db: Database, number: Int64, _ contents: LedgerContents) throws {
    try db.execute(
      sql: """
        INSERT INTO ledger (name, number, state, key) VALUES (?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE
        SET number = excluded.number, state = excluded.state, key = excluded.key
        """,
      arguments: [name, number, try canonicalJSON(contents.state), contents.key])
  }

  private func forget(_ db: Database, _ version: Version) throws {
    try db.execute(
      sql: "DELETE FROM ledger_log WHERE ledger = ? AND number = ?",
      arguments: [name, version.number])
  }
}
