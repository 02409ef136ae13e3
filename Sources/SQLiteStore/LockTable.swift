import GRDB
import Model
import Stores

/// The one row that is the lock.
enum LockTable {
  static func take(
    _ db: Database, _ candidate: LockHolder, over silent: LockHolder?
  ) throws -> LockOutcome {
    let outcome = LockOutcome(of: candidate, over: try holder(db), silent: silent)
    switch outcome {
    case .held: break
    case .acquired: try put(db, candidate)
    case .takenOver(let former):
      try put(db, candidate)
      try EventTable.addTakeOver(db, by: candidate, from: former)
    }
    return outcome
  }

  static func keep(_ db: Database, _ holder: LockHolder, at now: Timestamp) throws {
    let held = try self.holder(db)
    guard let held, held.token == holder.token else { throw StoreError.lockLost(by: held) }
    try put(db, held.seen(at: now))
  }

  static func release(_ db: Database, _ holder: LockHolder) throws {
    guard try self.holder(db)?.token == holder.token else { return }
    try db.execute(sql: "DELETE FROM lock")
  }

  /// `nil` also if it cannot be read: who holds the lock then loses it to the next process, and learns that by
  /// its heartbeat.
  private static func holder(_ db: Database) throws -> LockHolder? {
    try String.fetchOne(db, sql: "SELECT holder FROM lock")
      .flatMap { text -> LockHolder? in try? decoded(text) as LockHolder }
  }

  static func faults(_ db: Database) throws -> [ContentFault] {
    let isTaken = try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM lock)")
    guard isTaken == true, try holder(db) == nil else { return [] }
    return [ContentFault(nil, "its lock cannot be read; the next command that needs it takes it")]
  }

  private static func put(_ db: Database, _ holder: LockHolder) throws {
    try db.execute(
      sql: "INSERT OR REPLACE INTO lock (id, holder) VALUES (1, ?)",
      arguments: [try canonicalJSON(holder)])
  }
}
