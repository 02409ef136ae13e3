import GRDB
import Stores

/// What a code is about: a connection with its fields, applied record and tokens, by its name.
///
/// Sealed values are not in it: each opens only as this field of this connection at this version.
struct ConnectionStatement {
  let name: String
  /// The fields with a sealed value.
  let sealedFields: Set<String>
  private(set) var bytes: [UInt8]

  private static let connections =
    "SELECT id, name, app, setup_type, labels, granted, version, updated_at FROM connection"
  private static let fields =
    "SELECT connection, name, version, plain, sealed IS NULL FROM field"
  private static let tokens =
    """
    SELECT connection, version, record, sealed_at, access IS NULL, refresh IS NULL FROM token
    """

  private init(
    _ name: String, _ connection: Row?, fields: [Row], record: String?, token: Row?
  ) {
    self.name = name
    sealedFields = Set(fields.filter { $0[4] == false }.map { $0[1] })
    var statement = Statement("connection")
    statement.add(name)
    statement.add(connection != nil)
    if let row = connection {
      statement.add(row[0] as String)
      statement.add(row[2] as String)
      statement.add(row[3] as String?)
      statement.add(row[4] as String)
      statement.add(row[5] as String?)
      statement.add(row[6] as Int64)
      statement.add(row[7] as Int64)
    }
    statement.add(Int64(fields.count))
    for row in fields {
      statement.add(row[1] as String)
      statement.add(row[2] as Int64)
      statement.add(row[3] as String?)
      statement.add(row[4] as Bool)
    }
    statement.add(record)
    statement.add(token != nil)
    if let row = token {
      statement.add(row[1] as Int64)
      statement.add(row[2] as String)
      statement.add(row[3] as Int64?)
      statement.add(row[4] as Bool)
      statement.add(row[5] as Bool)
    }
    bytes = statement.bytes
  }

  /// `nil` if the file has nothing of this name.
  init?(_ db: Database, _ name: String) throws {
    let connection = try Row.fetchOne(
      db.cachedStatement(sql: Self.connections + " WHERE name = ?"), arguments: [name])
    let record = try String.fetchOne(
      db.cachedStatement(sql: "SELECT record FROM applied WHERE name = ?"), arguments: [name])
    if connection == nil, record == nil { return nil }
    let id = connection.map { $0[0] as String }
    self.init(
      name, connection,
      fields: try id.map {
        try Row.fetchAll(
          db.cachedStatement(sql: Self.fields + " WHERE connection = ? ORDER BY name"),
          arguments: [$0])
      } ?? [],
      record: record,
      token: try id.flatMap {
        try Row.fetchOne(
          db.cachedStatement(sql: Self.tokens + " WHERE connection = ?"), arguments: [$0])
      })
  }

  /// Those of the whole file. The tables are read side by side, in the order of the connections' ids.
  static func all(_ db: Database) throws -> [ConnectionStatement] {
    var records: [String: String] = [:]
    let recordRows = try Row.fetchCursor(db, sql: "SELECT name, record FROM applied")
    while let row = try recordRows.next() { records[row[0]] = row[1] }
    var fields = try PeekingRows(
      Row.fetchCursor(db, sql: Self.fields + " ORDER BY connection, name"))
    var tokens = try PeekingRows(Row.fetchCursor(db, sql: Self.tokens + " ORDER BY connection"))
    let connections = try Row.fetchCursor(db, sql: Self.connections + " ORDER BY id")
    var all: [ConnectionStatement] = []
    while let row = try connections.next() {
      let (id, name): (String, String) = (row[0], row[1])
      all.append(
        ConnectionStatement(
          name, row, fields: try fields.of(id), record: records.removeValue(forKey: name),
          token: try tokens.of(id).first))
    }
    // A record of a connection that is gone, which only damage leaves.
    all += records.map {
      ConnectionStatement($0.key, nil, fields: [], record: $0.value, token: nil)
    }
    return all
  }
}
