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

  /// The existing content, written without a key, is authentic from now on.
  func addSealedKey(_ key: StoreKey) throws(StoreError) -> Bool {
    try file.writing { db in
      // If another process was first, its key stays.
      try db.execute(
        sql: "INSERT OR IGNORE INTO store_key (id, sealed) VALUES (1, ?)", arguments: [key.sealed])
      guard db.changesCount > 0 else { return false }
      try CodeWriter.writeAll(db, key)
      return true
    }
  }

  /// One transaction. What it replaced is also removed from the log and from free pages, which is a
  /// step of its own: until it is over, the journal has an interrupted run, and the next one does it.
  func replaceSealedKey(
    _ rotation: KeyRotation, by provenance: Provenance
  ) throws(StoreError) {
    let run = try file.writing { db in
      guard try Self.text(in: db) == rotation.old.sealed else {
        throw StoreError.writeFailed("the store key changed concurrently")
      }
      try db.execute(sql: "UPDATE store_key SET sealed = ?", arguments: [rotation.new.sealed])
      guard rotation.replacesKey else {
        // The state is sealed beside the key's text.
        if rotation.old.authenticates {
          try CodeState(db, rotation.old).put(db, rotation.new)
        }
        return RunID?.none
      }
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

extension StoreKey? {
  /// Whether who has this key, or none, may write: it is the file's, or none is needed, because nothing
  /// in the file has a code.
  func mayWrite(to db: Database) throws -> Bool {
    if let key = self { return try key.isCurrent(in: db) }
    return try !CodeState.exists(in: db)
  }
}
