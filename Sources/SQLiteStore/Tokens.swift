import FoundationEssentials
import GRDB
package import Model
import Secrets
package import Stores

extension SQLiteStore: TokenStore {
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
    let row = try reading(ifAbsent: nil) { db in try SealedTokens.of(name, in: db) }
    guard let row else { throw .notFound(name) }
    guard row.isSealed else {
      return StoredTokens(id: row.id, version: row.version, record: row.record)
    }
    guard let key = try await presentKey() else { throw .corrupt("the store key is missing") }
    return try row.opened(key)
  }

  package func swapTokens(_ write: TokenWrite) async throws(StoreError) -> Int64 {
    let key: StoreKey? = if case .put = write.tokens { try await usableKey() } else { nil }
    return try writing { db in try TokenWriting(db: db, key: key, write: write).swap() }
  }

  package func tokenKey() async throws(StoreError) -> StoreKey { try await usableKey() }
}

/// A row of the table, its tokens still sealed.
private struct SealedTokens {
  static let accessField: FieldName = "access_token"
  static let refreshField: FieldName = "refresh_token"

  let id: StoreID
  let version: Int64
  let record: TokenRecord?
  private let sealedAt: Int64?
  private let access: [UInt8]?
  private let refresh: [UInt8]?

  var isSealed: Bool { sealedAt != nil }

  /// `nil` where there is no such connection.
  static func of(_ name: ConnectionName, in db: Database) throws -> SealedTokens? {
    let id = try String.fetchOne(
      db, sql: "SELECT id FROM connection WHERE name = ?", arguments: [name.rawValue])
    guard let id else { return nil }
    guard try Schema.hasTokens(in: db),
      let row = try Row.fetchOne(
        db,
        sql: "SELECT version, record, sealed_at, access, refresh FROM token WHERE connection = ?",
        arguments: [id])
    else {
      return SealedTokens(
        id: StoreID(id), version: 0, record: nil, sealedAt: nil, access: nil, refresh: nil)
    }
    return SealedTokens(
      id: StoreID(id), version: row[0], record: try decoded(row[1]), sealedAt: row[2],
      access: (row[3] as Data?).map { Array($0) }, refresh: (row[4] as Data?).map { Array($0) })
  }

  func opened(_ key: StoreKey) throws(StoreError) -> StoredTokens {
    func open(_ bytes: [UInt8]?, _ field: FieldName) throws(StoreError) -> SecretBytes? {
      guard let bytes, let sealedAt else { return nil }
      return try key.open(bytes, in: id, field: field, version: sealedAt)
    }
    return StoredTokens(
      id: id, version: version, record: record, access: try open(access, Self.accessField),
      refresh: try open(refresh, Self.refreshField))
  }
}

/// One swap in one transaction, with its event and what it grants.
private struct TokenWriting {
  let db: Database
  let key: StoreKey?
  let write: TokenWrite

  func swap() throws -> Int64 {
    let id = write.id.rawValue
    let isThere = try Bool.fetchOne(
      db, sql: "SELECT EXISTS (SELECT 1 FROM connection WHERE id = ? AND name = ?)",
      arguments: [id, write.name.rawValue])
    guard isThere == true else { throw StoreError.notFound(write.name) }
    let found =
      try Int64.fetchOne(
        db, sql: "SELECT version FROM token WHERE connection = ?", arguments: [id]) ?? 0
    guard found == write.version else { throw StoreError.tokensMoved(write.name) }
    let next = found + 1
    try db.execute(
      sql: """
        INSERT INTO token (connection, version, record) VALUES (?, ?, ?)
        ON CONFLICT (connection) DO UPDATE
        SET version = excluded.version, record = excluded.record
        """,
      arguments: [id, next, try canonicalJSON(write.record)])
    try putTokens(at: next)
    if let tokens = write.record.tokens {
      try db.execute(
        sql: "UPDATE connection SET granted = ? WHERE id = ?",
        arguments: [try canonicalJSON(tokens.granted.sorted()), id])
    }
    if let event = write.event {
      try EventTable.add(db, event, of: write.name, version: nil, by: write.provenance)
    }
    return next
  }

  private func putTokens(at version: Int64) throws {
    let id = write.id
    switch write.tokens {
    case .keep: return
    case .remove:
      try db.execute(
        sql:
          "UPDATE token SET sealed_at = NULL, access = NULL, refresh = NULL WHERE connection = ?",
        arguments: [id.rawValue])
    case .put(let access, let refresh):
      guard let key else { throw StoreError.keyUnavailable("the store key was not opened") }
      let sealedAccess = try key.seal(
        access, in: id, field: SealedTokens.accessField, version: version)
      let sealedRefresh = try refresh.map {
        try key.seal($0, in: id, field: SealedTokens.refreshField, version: version)
      }
      try db.execute(
        sql: "UPDATE token SET sealed_at = ?, access = ?, refresh = ? WHERE connection = ?",
        arguments: [version, Data(sealedAccess), sealedRefresh.map { Data($0) }, id.rawValue])
    }
  }
}
