import FoundationEssentials
import GRDB
import Model
import Stores

/// What the tables say, as the model's values.
enum Reading {
  /// Connections and their fields are read side by side, both in the order of the ids.
  static func snapshot(_ db: Database) throws -> Snapshot {
    var actual: [ConnectionName: ActualConnection] = [:]
    let rows = try Row.fetchCursor(
      db, sql: "SELECT connection, name, version, plain FROM field ORDER BY connection")
    var row = try rows.next()
    let connections = try Row.fetchCursor(
      db,
      sql: """
        SELECT id, name, app, setup_type, labels, granted, version, updated_at
        FROM connection ORDER BY id
        """)
    while let next = try connections.next() {
      let id: String = next[0]
      var fields: [FieldName: ActualField] = [:]
      while let field = row, (field[0] as String) == id {
        fields[FieldName(field[1])] = try Self.field(field)
        row = try rows.next()
      }
      let connection = try connection(next, StoreID(id), fields)
      actual[connection.name] = connection
    }
    return Snapshot(actual: actual, applied: try records(db))
  }

  private static func field(_ row: Row) throws -> ActualField {
    if let plain: String = row[3] { return .plain(try canonical(plain)) }
    return .secret(version: StoreVersion(String(row[2] as Int64)))
  }

  private static func connection(
    _ row: Row, _ id: StoreID, _ fields: [FieldName: ActualField]
  ) throws -> ActualConnection {
    let granted: [Scope]? = try (row[5] as String?).map { try decoded($0) }
    return ActualConnection(
      id: id, name: try name(row[1]), app: AppID(row[2]),
      setupType: (row[3] as String?).map { SetupType($0) }, fields: fields,
      labels: try canonical(row[4]), grantedScopes: granted.map { Set($0) },
      version: StoreVersion(String(row[6] as Int64)),
      updatedAt: Timestamp(milliseconds: row[7]))
  }

  private static func records(_ db: Database) throws -> [ConnectionName: AppliedRecord] {
    var records: [ConnectionName: AppliedRecord] = [:]
    let rows = try Row.fetchCursor(db, sql: "SELECT name, record FROM applied")
    while let row = try rows.next() { records[try name(row[0])] = try canonical(row[1]) }
    return records
  }

  static func record(_ db: Database, of name: ConnectionName) throws -> AppliedRecord? {
    try String.fetchOne(
      db.cachedStatement(sql: "SELECT record FROM applied WHERE name = ?"),
      arguments: [name.rawValue]
    ).map { try canonical($0) }
  }

  static func name(_ text: String) throws -> ConnectionName {
    guard let name = ConnectionName(text) else {
      throw StoreError.corrupt("a connection's name cannot be one")
    }
    return name
  }
}

private func canonical<Value: CanonicallyRead>(_ text: String) throws -> Value {
  do {
    return try Value(json: text)
  } catch {
    throw StoreError.corrupt("a record in the store cannot be read")
  }
}

func decoded<Value: Decodable>(_ text: String) throws -> Value {
  do {
    return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
  } catch {
    throw StoreError.corrupt("a record in the store cannot be read")
  }
}

extension Database {
  /// Runs what every change runs: it is prepared once.
  func run(sql: String, arguments: StatementArguments) throws {
    try cachedStatement(sql: sql).execute(arguments: arguments)
  }
}
