import FoundationEssentials
import GRDB
package import Model
package import Stores

extension SQLiteStore {
  /// The versions that are kept, newest first.
  package func history(of name: ConnectionName) throws(StoreError) -> [StoredVersion] {
    try reading(ifAbsent: []) { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT number, provenance, number = connection.version FROM version
          JOIN connection ON connection.id = version.connection
          WHERE name = ? ORDER BY number DESC
          """, arguments: [name.rawValue])
      return try rows.map { row in
        let provenance: Provenance = try decoded(row[1])
        return StoredVersion(
          version: StoreVersion(String(row[0] as Int64)), at: provenance.at, who: provenance.who,
          commit: provenance.commit, state: row[2] as Bool ? .present : .kept)
      }
    }
  }

  /// Everything that was ever done to a connection of this name, oldest first.
  package func events(of name: ConnectionName) throws(StoreError) -> [StoreEvent] {
    try reading(ifAbsent: []) { db in
      try Row.fetchAll(
        db.cachedStatement(sql: "SELECT * FROM event WHERE connection = ? ORDER BY id"),
        arguments: [name.rawValue]
      ).map {
        StoreEvent(
          at: Timestamp(milliseconds: $0["at"]), who: $0["who"], what: $0["what"],
          connection: $0["connection"], version: $0["version"], commit: $0["git_commit"])
      }
    }
  }
}

enum EventTable {
  static func add(
    _ db: Database, _ what: String, of name: ConnectionName, version: Int64?,
    by provenance: Provenance
  ) throws {
    try db.run(
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
