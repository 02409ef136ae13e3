import FoundationEssentials
import GRDB
import Model
import Secrets
import Stores

/// One secret as the table has it.
struct SealedField: Sendable {
  let address: FieldAddress
  private let connection: StoreID
  private let version: Int64
  private let bytes: [UInt8]

  func opened(_ key: StoreKey) throws(StoreError) -> SecretBytes {
    try key.open(bytes, in: connection, field: address.field, version: version)
  }

  /// All secrets of one connection.
  static func byName(
    _ db: Database, of name: ConnectionName
  ) throws -> [FieldName: SealedField] {
    Dictionary(try all(db, of: [name]).map { ($0.address.field, $0) }) { first, _ in first }
  }

  /// All secrets of these connections.
  static func all(_ db: Database, of names: Set<ConnectionName>) throws -> [SealedField] {
    let statement = try db.cachedStatement(
      sql: """
        SELECT connection.id, field.name, field.version, field.sealed
        FROM connection JOIN field ON field.connection = connection.id
        WHERE connection.name = ? AND field.sealed IS NOT NULL
        """)
    return try names.sorted().flatMap { name in
      try Row.fetchAll(statement, arguments: [name.rawValue]).map { row in
        SealedField(
          address: FieldAddress(name, FieldName(row[1])), connection: StoreID(row[0]),
          version: row[2], bytes: Array(row[3] as Data))
      }
    }
  }
}
