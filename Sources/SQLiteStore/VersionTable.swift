import FoundationEssentials
import GRDB
import Model
import Stores

/// The last versions of connections, each with its fields.
enum VersionTable {
  struct Content: Codable {
    struct Field: Codable {
      let version: Int64
      let plain: String?
      let sealed: Data?
    }
    let app: String
    let setupType: String?
    let labels: String
    let fields: [String: Field]

    /// - Parameter key: opens the sealed values.
    func opened(of id: StoreID, _ key: StoreKey?) throws -> VersionContent {
      let values = try fields.map { text, field -> (FieldName, VersionContent.Value) in
        let name = FieldName(text)
        if let plain = field.plain { return (name, .plain(try decoded(plain))) }
        guard let key, let sealed = field.sealed else {
          throw StoreError.corrupt("field `\(name)` of a version has no value")
        }
        return (
          name,
          .secret(try key.open(Array(sealed), in: id, field: name, version: field.version))
        )
      }
      return VersionContent(
        app: AppID(app), setupType: setupType.map { SetupType($0) },
        fields: Dictionary(values) { first, _ in first }, labels: try decoded(labels))
    }
  }

  /// The content of a version that is no longer stored.
  static let lost = ""

  /// The contents of a version; `nil` if it is no longer stored.
  ///
  /// - Parameter key: the file's, which shows that it is what was written; `nil` if it is not available.
  static func content(
    _ db: Database, _ id: StoreID, number: Int64, _ key: StoreKey?
  ) throws -> Content? {
    guard
      let row = try Row.fetchOne(
        db.cachedStatement(sql: "SELECT * FROM version WHERE connection = ? AND number = ?"),
        arguments: [id.rawValue, number])
    else { return nil }
    try CodeCheck(db, key)?.require(id, version: number, row)
    let content: String = row["content"]
    return content == lost ? nil : try decoded(content)
  }

  /// What its code is about.
  static func statement(
    _ id: StoreID, _ number: Int64, content: String, provenance: String
  ) -> [UInt8] {
    var statement = Statement("version")
    statement.add(id.rawValue)
    statement.add(number)
    statement.add(content)
    statement.add(provenance)
    return statement.bytes
  }

  /// One version at a time: all of them may be large.
  static func writeCodes(_ db: Database, _ key: StoreKey) throws {
    for row in try Row.fetchAll(db, sql: "SELECT connection, number FROM version") {
      let (id, number): (String, Int64) = (row[0], row[1])
      guard
        let version = try Row.fetchOne(
          db,
          sql: "SELECT content, provenance FROM version WHERE connection = ? AND number = ?",
          arguments: [id, number])
      else { continue }
      let code = key.contentCode(
        of: statement(StoreID(id), number, content: version[0], provenance: version[1]))
      try db.run(
        sql: "UPDATE version SET code = ? WHERE connection = ? AND number = ?",
        arguments: [Data(code), id, number])
    }
  }

  /// Keeps the current state as a version, and removes the oldest.
  static func keep(
    _ db: Database, _ id: StoreID, number: Int64, by provenance: Provenance, _ key: StoreKey?
  ) throws {
    guard
      let row = try Row.fetchOne(
        db.cachedStatement(sql: "SELECT app, setup_type, labels FROM connection WHERE id = ?"),
        arguments: [id.rawValue])
    else { throw StoreError.corrupt("the connection disappeared while it was being written") }
    let fields = try Row.fetchAll(
      db.cachedStatement(
        sql: "SELECT name, version, plain, sealed FROM field WHERE connection = ?"),
      arguments: [id.rawValue])
    let content = Content(
      app: row[0], setupType: row[1], labels: row[2],
      fields: Dictionary(
        fields.map { ($0[0], Content.Field(version: $0[1], plain: $0[2], sealed: $0[3])) }
      ) { first, _ in first })
    try put(db, id, number: number, content: try canonicalJSON(content), by: provenance, key)
    try db.run(
      sql: "DELETE FROM version WHERE connection = ? AND number <= ?",
      arguments: [id.rawValue, number - Int64(SQLiteBackend.keptVersions)])
  }

  static func put(
    _ db: Database, _ id: StoreID, number: Int64, content: String, by provenance: Provenance,
    _ key: StoreKey?
  ) throws {
    let author = canonicalJSON(provenance)
    let code = key.flatMap { key in
      key.authenticates
        ? key.contentCode(of: statement(id, number, content: content, provenance: author)) : nil
    }
    try db.run(
      sql: """
        INSERT INTO version (connection, number, content, provenance, code) VALUES (?, ?, ?, ?, ?)
        """,
      arguments: [id.rawValue, number, content, author, code.map { Data($0) }])
  }
}
