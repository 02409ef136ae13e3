import GRDB
package import Model
package import Stores

extension SQLiteBackend: TokenStore {
  package func tokenRecords(
    of ids: [ConnectionName: StoreID]?
  ) async throws(StoreError) -> [ConnectionName: StoredTokenRecord] {
    let all: [ConnectionName: StoredTokenRecord] = try await checked(ifAbsent: [:]) { db, key, _ in
      guard try Schema.has(.tokens, in: db) else { return [:] }
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT connection.name, connection.id, token.version, token.record
          FROM token JOIN connection ON connection.id = token.connection
          """)
      if let check = try CodeCheck(db, key) {
        for row in rows { try check.require(row[0] as String) }
      }
      return Dictionary(
        try rows.map { row in
          (
            try SnapshotReader.name(row[0]),
            StoredTokenRecord(id: StoreID(row[1]), version: row[2], record: try decoded(row[3]))
          )
        }
      ) { first, _ in first }
    }
    guard let ids else { return all }
    return all.filter { ids[$0.key] == $0.value.id }
  }

  package func openTokens(of name: ConnectionName) async throws(StoreError) -> StoredTokens {
    let (row, key) = try await checked(ifAbsent: (nil, nil)) { db, key, _ in
      try CodeCheck(db, key)?.require(name.rawValue)
      return (try SealedTokens.of(name, in: db), key)
    }
    guard let row else { throw .notFound(name) }
    guard row.isSealed else {
      return StoredTokens(id: row.id, version: row.version, record: row.record)
    }
    if let key { return try row.opened(key) }
    return try await openTokensWithKey(of: name)
  }

  package func swapTokens(_ write: TokenWrite) async throws(StoreError) -> Int64 {
    guard case .put = write.tokens else {
      return try await writingWithCodes { db, key in
        try TokenSwap(db: db, key: key, write: write).swap()
      }
    }
    return try await StoreKeyHolder.work(.presentOrNew, of: key) { (key) async throws(StoreError) in
      try writing { db in
        guard let key, try key.isCurrent(in: db) else { return nil }
        return try TokenSwap(db: db, key: key, write: write).swap()
      }
    }
  }

  /// A connection's removal takes its tokens with it, unless another program does it without foreign
  /// keys.
  package func strayTokens() throws(StoreError) -> [StrayTokens] {
    try file.reading(.tokens, ifAbsent: []) { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT connection, version, record FROM token
          WHERE connection NOT IN (SELECT id FROM connection) ORDER BY connection
          """
      ).map { row in
        let id: String = row[0]
        return StrayTokens(
          key: id, name: nil, id: StoreID(id), version: row[1], record: try? decoded(row[2]))
      }
    }
  }

  package func forget(_ stray: StrayTokens) throws(StoreError) {
    try writing { db in
      try db.execute(
        sql: """
          DELETE FROM token WHERE connection = ? AND version = ?
            AND connection NOT IN (SELECT id FROM connection)
          """, arguments: [stray.id.rawValue, stray.version])
      guard db.changesCount == 1 else {
        throw StoreError.refused(
          "the tokens of `\(stray.key)` have changed since they were listed")
      }
    }
  }

  /// There are none.
  package func repairTokenCopies(_ copies: TokenCopies) {}

  /// The key is not available without a question: gpg may ask for it, or say why it does not open.
  private func openTokensWithKey(of name: ConnectionName) async throws(StoreError) -> StoredTokens {
    let text = try reading(ifAbsent: nil) { db in try SQLiteKeyStorage.text(in: db) }
    let key = try await key.required(openedFrom: text)
    let row = try reading(ifAbsent: nil) { db in
      try CodeCheck(db, key)?.require(name.rawValue)
      return try SealedTokens.of(name, in: db)
    }
    guard let row else { throw .notFound(name) }
    return try row.opened(key)
  }

  package func tokenKey() async throws(StoreError) -> StoreKey { try await key.currentOrNew() }
}
