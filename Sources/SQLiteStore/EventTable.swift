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

  /// The events after a cursor, and the cursor after them.
  ///
  /// A restored file continues with its own numbers, which a reader may have seen before. That is
  /// the first event then, and those follow that are later than the cursor's.
  static func events(
    _ db: Database, after cursor: EventCursor, now: Timestamp
  ) throws -> ([StoreEvent], EventCursor) {
    if try cursor == .start || isPresent(cursor, db) {
      let rows = try Row.fetchAll(
        db, sql: "SELECT * FROM event WHERE id > ? ORDER BY id", arguments: [cursor.id])
      return (rows.map(EventTable.event), rows.last.map { EventCursor(row: $0) } ?? cursor)
    }
    let rows = try Row.fetchAll(
      db, sql: "SELECT * FROM event WHERE at > ? ORDER BY id", arguments: [cursor.at])
    let replaced = StoreEvent(
      at: now, who: "-", kind: .storeReplaced, connection: nil, version: nil, commit: nil)
    return ([replaced] + rows.map(EventTable.event), try end(db))
  }

  /// The cursor after all events.
  static func end(_ db: Database) throws -> EventCursor {
    let last = try Row.fetchOne(db, sql: "SELECT id, at FROM event ORDER BY id DESC LIMIT 1")
    return last.map { EventCursor(row: $0) } ?? .start
  }

  private static func isPresent(_ cursor: EventCursor, _ db: Database) throws -> Bool {
    try Bool.fetchOne(
      db, sql: "SELECT EXISTS (SELECT 1 FROM event WHERE id = ? AND at = ?)",
      arguments: [cursor.id, cursor.at]) ?? false
  }

  static func event(_ row: Row) -> StoreEvent {
    StoreEvent(
      at: Timestamp(milliseconds: row["at"]), who: row["who"],
      kind: StoreEvent.Kind(stored: row["what"]), connection: row["connection"],
      version: row["version"], commit: row["git_commit"])
  }
}
