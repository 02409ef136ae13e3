import FoundationEssentials
import GRDB
import Model
import Parallelism
import Stores

/// The tables' contents, as the model's values.
enum SnapshotReader {
  /// Connections and their fields are read side by side, both in the order of the ids; their
  /// contents are decoded on all cores.
  static func snapshot(_ db: Database) throws -> Snapshot {
    var fields = try PeekingRows(
      Row.fetchCursor(
        db, sql: "SELECT connection, name, version, plain FROM field ORDER BY connection"))
    let connections = try Row.fetchCursor(
      db,
      sql: """
        SELECT id, name, app, setup_type, labels, granted, version, updated_at
        FROM connection ORDER BY id
        """)
    var read: [ConnectionRow] = []
    while let next = try connections.next() {
      var connection = ConnectionRow(next)
      connection.fields = try fields.of(connection.id).map { ($0[1], $0[2], $0[3]) }
      read.append(connection)
    }
    let actual = try read.concurrentMap { row in Result { try row.connection() } }
      .map { try $0.get() }
    return Snapshot(
      actual: Dictionary(actual.map { ($0.name, $0) }) { first, _ in first },
      applied: try records(db))
  }

  private struct ConnectionRow: Sendable {
    let id, name, app: String
    let setupType: String?
    let labels: String
    let granted: String?
    let version, updatedAt: Int64
    var fields: [(name: String, version: Int64, plain: String?)] = []

    init(_ row: Row) {
      id = row[0]
      name = row[1]
      app = row[2]
      setupType = row[3]
      labels = row[4]
      granted = row[5]
      version = row[6]
      updatedAt = row[7]
    }

    func connection() throws -> ActualConnection {
      let granted: [Scope]? = try granted.map { try decoded($0) }
      let fields = try fields.map { field -> (FieldName, ActualField) in
        let value: ActualField =
          if let plain = field.plain {
            .plain(try canonical(plain))
          } else {
            .secret(version: StoreVersion(String(field.version)))
          }
        return (FieldName(field.name), value)
      }
      return ActualConnection(
        id: StoreID(id), name: try SnapshotReader.name(name), app: AppID(app),
        setupType: setupType.map { SetupType($0) },
        fields: Dictionary(fields) { first, _ in first }, labels: try canonical(labels),
        grantedScopes: granted.map { Set($0) }, version: StoreVersion(String(version)),
        updatedAt: Timestamp(milliseconds: updatedAt))
    }
  }

  static func records(_ db: Database) throws -> [ConnectionName: AppliedRecord] {
    var read: [(name: String, record: String)] = []
    let rows = try Row.fetchCursor(db, sql: "SELECT name, record FROM applied")
    while let row = try rows.next() { read.append((row[0], row[1])) }
    let records = try read.concurrentMap { name, record in
      Result { () throws -> (ConnectionName, AppliedRecord) in
        (try SnapshotReader.name(name), try canonical(record))
      }
    }.map { try $0.get() }
    return Dictionary(records) { first, _ in first }
  }

  /// The connections whose records have the previous format, without an owner.
  static func unclaimed(
    _ db: Database, where isWanted: (ConnectionName) -> Bool
  ) throws -> [ConnectionName] {
    try records(db).filter { isWanted($0.key) && $0.value.owner == nil }.keys.sorted()
  }

  /// Gives records their owner.
  static func claim(
    _ db: Database, _ names: [ConnectionName], for owner: Owner
  ) throws -> Set<ConnectionName> {
    for name in names {
      guard let record = try record(db, of: name) else { continue }
      try db.run(
        sql: "UPDATE applied SET record = ? WHERE name = ?",
        arguments: [canonicalJSON(record.owned(by: owner)), name.rawValue])
    }
    return Set(names)
  }

  static func record(_ db: Database, of name: ConnectionName) throws -> AppliedRecord? {
    try String.fetchOne(
      db.cachedStatement(sql: "SELECT record FROM applied WHERE name = ?"),
      arguments: [name.rawValue]
    ).map { try canonical($0) }
  }

  static func name(_ text: String) throws -> ConnectionName {
    guard let name = ConnectionName(text) else {
      throw StoreError.corrupt("a connection has an invalid name")
    }
    return name
  }
}

private func canonical<Value: CanonicallyDecodable>(_ text: String) throws -> Value {
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
  /// Runs a statement that every change runs: it is prepared once.
  func run(sql: String, arguments: StatementArguments) throws {
    try cachedStatement(sql: sql).execute(arguments: arguments)
  }
}
