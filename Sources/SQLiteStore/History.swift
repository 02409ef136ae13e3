import FoundationEssentials
import GRDB
package import Model
package import Stores

/// One version of a connection: who made it, when; never a value.
package struct VersionMark: Hashable, Sendable {
  package let version: StoreVersion
  package let provenance: Provenance
}

extension SQLiteStore {
  /// The versions that are kept, newest first.
  package func history(of name: ConnectionName) throws(StoreError) -> [VersionMark] {
    try reading(ifAbsent: []) { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT number, provenance FROM version
          JOIN connection ON connection.id = version.connection
          WHERE name = ? ORDER BY number DESC
          """, arguments: [name.rawValue])
      return try rows.map {
        VersionMark(version: StoreVersion(String($0[0] as Int64)), provenance: try decoded($0[1]))
      }
    }
  }

  /// Everything that was ever done to a connection of this name, oldest first.
  package func events(of name: ConnectionName) throws(StoreError) -> [StoreEvent] {
    try reading(ifAbsent: []) { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM event WHERE connection = ? ORDER BY id",
        arguments: [name.rawValue]
      ).map {
        StoreEvent(
          at: Timestamp(milliseconds: $0["at"]), who: $0["who"], what: $0["what"],
          connection: $0["connection"], version: $0["version"], commit: $0["git_commit"])
      }
    }
  }
}

enum VersionTable {
  private struct Content: Codable {
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

  /// Keeps the present state as a version, and lets the oldest go.
  static func keep(
    _ db: Database, _ id: StoreID, number: Int64, by provenance: Provenance
  ) throws {
    guard
      let row = try Row.fetchOne(
        db, sql: "SELECT app, setup_type, labels FROM connection WHERE id = ?",
        arguments: [id.rawValue])
    else { throw StoreError.corrupt("the connection is gone while it is written") }
    let fields = try Row.fetchAll(
      db, sql: "SELECT name, version, plain, sealed FROM field WHERE connection = ?",
      arguments: [id.rawValue])
    let content = Content(
      app: row[0], setupType: row[1], labels: row[2],
      fields: Dictionary(
        fields.map { ($0[0], Content.Field(version: $0[1], plain: $0[2], sealed: $0[3])) }
      ) { first, _ in first })
    try db.execute(
      sql: "INSERT INTO version (connection, number, content, provenance) VALUES (?, ?, ?, ?)",
      arguments: [id.rawValue, number, try canonicalJSON(content), try canonicalJSON(provenance)])
    try db.execute(
      sql: "DELETE FROM version WHERE connection = ? AND number <= ?",
      arguments: [id.rawValue, number - Int64(SQLiteStore.keptVersions)])
  }
}

enum EventTable {
  static func add(
    _ db: Database, _ what: String, of name: ConnectionName, version: Int64?,
    by provenance: Provenance
  ) throws {
    try db.execute(
      sql: """
        INSERT INTO event (at, who, what, connection, version, tool, git_commit)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        provenance.at.milliseconds, provenance.who, what, name.rawValue, version,
        provenance.toolVersion, provenance.commit,
      ])
  }
}
