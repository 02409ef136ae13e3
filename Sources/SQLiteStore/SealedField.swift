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

  /// All secrets of these connections.
  static func all(_ db: Database, of names: Set<ConnectionName>) throws -> [SealedField] {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT connection.name, connection.id, field.name, field.version, field.sealed
        FROM field JOIN connection ON connection.id = field.connection
        WHERE field.sealed IS NOT NULL
        """)
    return try rows.compactMap { row in
      let name = try Reading.name(row[0])
      guard names.contains(name) else { return nil }
      return SealedField(
        address: FieldAddress(name, FieldName(row[2])), connection: StoreID(row[1]),
        version: row[3], bytes: Array(row[4] as Data))
    }
  }
}
