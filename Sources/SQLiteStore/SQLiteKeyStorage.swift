import GRDB
import Stores

/// The sealed store key, in a table of its own.
struct SQLiteKeyStorage: SealedKeyStorage {
  let file: SQLiteFile

  func sealedKey() throws(StoreError) -> String? {
    try file.reading(.store, ifAbsent: nil) { db in
      try String.fetchOne(db, sql: "SELECT sealed FROM store_key")
    }
  }

  func addSealedKey(_ sealed: String) throws(StoreError) -> Bool {
    try file.writing { db in
      // If another process was first, its key stays.
      try db.execute(
        sql: "INSERT OR IGNORE INTO store_key (id, sealed) VALUES (1, ?)", arguments: [sealed])
      return db.changesCount > 0
    }
  }

  func replaceSealedKey(
    _ reseal: @Sendable (String) async throws(StoreError) -> String
  ) async throws(StoreError) -> Bool {
    guard let sealed = try sealedKey() else { return false }
    let again = try await reseal(sealed)
    try file.writing { db in
      try db.execute(sql: "UPDATE store_key SET sealed = ?", arguments: [again])
    }
    return true
  }
}
