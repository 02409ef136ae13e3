import GRDB
package import Model
package import Stores

extension SQLiteBackend: TokenStore {
  package func tokenRecords() throws(StoreError) -> [ConnectionName: StoredTokenRecord] {
    try file.reading(.tokens, ifAbsent: [:]) { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT connection.name, connection.id, token.version, token.record
          FROM token JOIN connection ON connection.id = token.connection
          """)
      return Dictionary(
        try rows.map { row in
          (
            try SnapshotReader.name(row[0]),
            StoredTokenRecord(id: StoreID(row[1]), version: row[2], record: try decoded(row[3]))
          )
        }
      ) { first, _ in first }
    }
  }

  package func openTokens(of name: ConnectionName) async throws(StoreError) -> StoredTokens {
    let (row, text) = try reading(ifAbsent: (nil, nil)) { db in
      (try SealedTokens.of(name, in: db), try SQLiteKeyStorage.text(in: db))
    }
    guard let row else { throw .notFound(name) }
    guard row.isSealed else {
      return StoredTokens(id: row.id, version: row.version, record: row.record)
    }
    return try row.opened(await key.required(openedFrom: text))
  }

  package func swapTokens(_ write: TokenWrite) async throws(StoreError) -> Int64 {
    guard case .put = write.tokens else {
      return try writing { db in try TokenSwap(db: db, key: nil, write: write).swap() }
    }
    return try await StoreKeyHolder.work(.presentOrNew, of: key) { (key) async throws(StoreError) in
      try writing { db in
        guard let key, try key.isCurrent(in: db) else { return nil }
        return try TokenSwap(db: db, key: key, write: write).swap()
      }
    }
  }

  package func tokenKey() async throws(StoreError) -> StoreKey { try await key.presentOrNew() }
}
