import GRDB
import Model
import Stores

/// The sealed store key, in a table of its own.
struct SQLiteKeyStorage: SealedKeyStorage {
  let file: SQLiteFile

  func sealedKey() throws(StoreError) -> String? {
    try file.reading(.store, ifAbsent: nil) { db in try Self.text(in: db) }
  }

  static func text(in db: Database) throws -> String? {
    try String.fetchOne(db.cachedStatement(sql: "SELECT sealed FROM store_key"))
  }

  func addSealedKey(_ sealed: String) throws(StoreError) -> Bool {
    try file.writing { db in
      // If another process was first, its key stays.
      try db.execute(
        sql: "INSERT OR IGNORE INTO store_key (id, sealed) VALUES (1, ?)", arguments: [sealed])
      return db.changesCount > 0
    }
  }

  /// One transaction. What it replaced is also removed from the log and from free pages, which is a
  /// step of its own: until it is over, the journal has an interrupted run, and the next one does it.
  func replaceSealedKey(
    _ old: String, with new: String, rotation: KeyRotation?, by provenance: Provenance
  ) throws(StoreError) {
    let run = try file.writing { db in
      guard try Self.text(in: db) == old else {
        throw StoreError.writeFailed("the store key changed concurrently")
      }
      try db.execute(sql: "UPDATE store_key SET sealed = ?", arguments: [new])
      guard let rotation else { return RunID?.none }
      try KeyRotationTransaction(db: db, rotation: rotation).carryOut()
      return try JournalTable.begin(db, changes: 0, by: provenance)
    }
    guard let run else { return }
    try file.removeTraces()
    try file.writing { db in try JournalTable.end(db, run, at: provenance.at) }
  }
}

extension StoreKey {
  /// Whether it is the file's key: another process may have replaced it.
  func isCurrent(in db: Database) throws -> Bool {
    try SQLiteKeyStorage.text(in: db) == sealed
  }
}
