import FoundationEssentials
import GRDB
import Model
import Stores

/// What the tables say, as the model's values.
enum Reading {
  static func snapshot(_ db: Database) throws -> Snapshot {
    var fields: [String: [FieldName: ActualField]] = [:]
    let rows = try Row.fetchCursor(db, sql: "SELECT connection, name, version, plain FROM field")
    while let row = try rows.next() {
      let field: ActualField =
        if let plain: String = row[3] {
          .plain(try decoded(plain))
        } else {
          .secret(version: StoreVersion(String(row[2] as Int64)))
        }
      fields[row[0], default: [:]][FieldName(row[1])] = field
    }
    var actual: [ConnectionName: ActualConnection] = [:]
    let connections = try Row.fetchCursor(db, sql: "SELECT * FROM connection")
    while let row = try connections.next() {
      let connection = try connection(row, fields: fields[row["id"]] ?? [:])
      actual[connection.name] = connection
    }
    return Snapshot(actual: actual, applied: try records(db))
  }

  private static func connection(
    _ row: Row, fields: [FieldName: ActualField]
  ) throws -> ActualConnection {
    let granted: [Scope]? = try (row["granted"] as String?).map { try decoded($0) }
    return ActualConnection(
      id: StoreID(row["id"]), name: try name(row["name"]), app: AppID(row["app"]),
      setupType: (row["setup_type"] as String?).map { SetupType($0) }, fields: fields,
      labels: try decoded(row["labels"]), grantedScopes: granted.map { Set($0) },
      version: StoreVersion(String(row["version"] as Int64)),
      updatedAt: Timestamp(milliseconds: row["updated_at"]))
  }

  private static func records(_ db: Database) throws -> [ConnectionName: AppliedRecord] {
    var records: [ConnectionName: AppliedRecord] = [:]
    let rows = try Row.fetchCursor(db, sql: "SELECT name, record FROM applied")
    while let row = try rows.next() { records[try name(row[0])] = try decoded(row[1]) }
    return records
  }

  static func record(_ db: Database, of name: ConnectionName) throws -> AppliedRecord? {
    try String.fetchOne(
      db, sql: "SELECT record FROM applied WHERE name = ?", arguments: [name.rawValue]
    ).map { try decoded($0) }
  }

  static func name(_ text: String) throws -> ConnectionName {
    guard let name = ConnectionName(text) else {
      throw StoreError.corrupt("a connection's name cannot be one")
    }
    return name
  }
}

func decoded<Value: Decodable>(_ text: String) throws -> Value {
  do {
    return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
  } catch {
    throw StoreError.corrupt("a record in the store cannot be read")
  }
}
