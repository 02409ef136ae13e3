import GRDB
import Model
import Stores

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

  /// SQL: the events that a holder of the store's key wrote. Who takes over a lock does not need the key.
  static let isWrittenWithKey =
    "NOT (connection IS NULL AND tool = '' AND what GLOB '\(StoreEvent.Kind.takenOverFrom)*')"

  /// The lock of an apply was taken over, which concerns no connection.
  static func addTakeOver(
    _ db: Database, by holder: LockHolder, from former: LockHolder
  ) throws {
    try db.run(
      sql: "INSERT INTO event (at, who, what, tool) VALUES (?, ?, ?, '')",
      arguments: [
        holder.lastSeen.milliseconds, holder.who,
        StoreEvent.Kind.lockTakenOver(from: former.who).stored,
      ])
  }

  /// The events after one, and the cursor after them.
  static func events(
    _ db: Database, after start: Int64
  ) throws -> ([StoreEvent], FeedCursor) {
    let rows = try Row.fetchAll(
      db, sql: "SELECT * FROM event WHERE id > ? ORDER BY id", arguments: [start])
    let last: Int64 = rows.last?["id"] ?? start
    return (rows.map(EventTable.event), FeedCursor("\(last)"))
  }

  static func event(_ row: Row) -> StoreEvent {
    StoreEvent(
      at: Timestamp(milliseconds: row["at"]), who: row["who"],
      kind: StoreEvent.Kind(stored: row["what"]), connection: row["connection"],
      version: row["version"], commit: row["git_commit"])
  }
}
