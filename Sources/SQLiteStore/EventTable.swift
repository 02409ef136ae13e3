import GRDB
import Model

/// The store's log, which only grows.
enum EventTable {
  static func add(
    _ db: Database, _ kind: StoreEvent.Kind, of name: ConnectionName, version: Int64?,
    by provenance: Provenance
  ) throws {
    try db.run(
      sql: """
        INSERT INTO event (at, who, what, connection, version, tool, git_commit)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        provenance.at.milliseconds, provenance.who, kind.stored, name.rawValue, version,
        provenance.toolVersion, provenance.commit,
      ])
  }

  static func event(_ row: Row) -> StoreEvent {
    StoreEvent(
      at: Timestamp(milliseconds: row["at"]), who: row["who"],
      kind: StoreEvent.Kind(stored: row["what"]), connection: row["connection"],
      version: row["version"], commit: row["git_commit"])
  }
}
