import FoundationEssentials
import GRDB
import Model
import Secrets
import Stores

/// A row of the table, its tokens still sealed.
struct SealedTokens {
  static let accessField: FieldName = "access_token"
  static let refreshField: FieldName = "refresh_token"

  let id: StoreID
  let version: Int64
  let record: TokenRecord?
  private let sealedAt: Int64?
  private let access: [UInt8]?
  private let refresh: [UInt8]?

  var isSealed: Bool { sealedAt != nil }

  /// `nil` if there is no such connection.
  static func of(_ name: ConnectionName, in db: Database) throws -> SealedTokens? {
    let id = try String.fetchOne(
      db, sql: "SELECT id FROM connection WHERE name = ?", arguments: [name.rawValue])
    guard let id else { return nil }
    guard try Schema.has(.tokens, in: db),
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
