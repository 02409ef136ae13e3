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
  }

  /// The contents of a version; `nil` if it is no longer stored.
  static func content(_ db: Database, _ id: StoreID, number: Int64) throws -> Content? {
    try String.fetchOne(
      db.cachedStatement(sql: "SELECT content FROM version WHERE connection = ? AND number = ?"),
      arguments: [id.rawValue, number]
    ).map { try decoded($0) }
  }

  /// Keeps the current state as a version, and removes the oldest.
  static func keep(
    _ db: Database, _ id: StoreID, number: Int64, by provenance: Provenance
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
    try db.run(
      sql: "INSERT INTO version (connection, number, content, provenance) VALUES (?, ?, ?, ?)",
      arguments: [id.rawValue, number, try canonicalJSON(content), canonicalJSON(provenance)])
    try db.run(
      sql: "DELETE FROM version WHERE connection = ? AND number <= ?",
      arguments: [id.rawValue, number - Int64(SQLiteBackend.keptVersions)])
  }
}
