import GRDB
import Model
import Stores

/// One run in the journal.
struct RunID: Hashable, Sendable {
  let rawValue: Int64
  init(_ rawValue: Int64) { self.rawValue = rawValue }
}

/// What a run intends to do and has done, so that the next one sees where it was killed.
enum JournalTable {
  private static let interrupted =
    "SELECT id, planned, provenance FROM run WHERE ended_at IS NULL AND seen = 0 ORDER BY id"

  /// A run whose author cannot be read is one all the same.
  static func takeInterrupted(_ db: Database) throws -> [InterruptedRun] {
    let rows = try Row.fetchAll(db, sql: interrupted)
    let runs = try rows.map { row in
      let intents = try Row.fetchAll(
        db.cachedStatement(
          sql: "SELECT connection, done FROM intent WHERE run = ? ORDER BY connection"),
        arguments: [row[0] as Int64])
      return InterruptedRun(
        provenance: (try? decoded(row[2])) ?? .unknown, planned: row[1],
        done: intents.count { $0[1] as Int == 1 },
        inDoubt: intents.filter { $0[1] as Int == 0 }.compactMap { ConnectionName($0[0] as String) }
      )
    }
    try db.execute(sql: "UPDATE run SET seen = 1 WHERE ended_at IS NULL")
    return runs
  }

  static func faults(_ db: Database) throws -> [ContentFault] {
    try unreadable(db).map { run in
      ContentFault(nil, "run \(run) of its journal cannot be read; the next apply ends it")
    }
  }

  /// Interrupted runs whose author cannot be read are those of an unknown one from now on.
  static func repair(_ db: Database) throws {
    for run in try unreadable(db) {
      try db.run(
        sql: "UPDATE run SET provenance = ? WHERE id = ?",
        arguments: [canonicalJSON(Provenance.unknown), run])
    }
  }

  private static func unreadable(_ db: Database) throws -> [Int64] {
    try Row.fetchAll(db, sql: interrupted)
      .filter { row in (try? decoded(row[2]) as Provenance) == nil }.map { $0[0] }
  }

  static func begin(_ db: Database, changes: Int, by provenance: Provenance) throws -> RunID {
    try db.run(
      sql: "INSERT INTO run (planned, provenance) VALUES (?, ?)",
      arguments: [changes, canonicalJSON(provenance)])
    return RunID(db.lastInsertedRowID)
  }

  static func intend(_ db: Database, _ name: ConnectionName, in run: RunID) throws {
    try db.run(
      sql: "INSERT OR REPLACE INTO intent (run, connection, done) VALUES (?, ?, 0)",
      arguments: [run.rawValue, name.rawValue])
  }

  /// In the transaction of the change itself.
  static func finish(_ db: Database, _ name: ConnectionName, in run: RunID) throws {
    try db.run(
      sql: "UPDATE intent SET done = 1 WHERE run = ? AND connection = ?",
      arguments: [run.rawValue, name.rawValue])
  }

  static func end(_ db: Database, _ run: RunID, at now: Timestamp) throws {
    try db.run(
      sql: "UPDATE run SET ended_at = ? WHERE id = ?",
      arguments: [now.milliseconds, run.rawValue])
  }
}
