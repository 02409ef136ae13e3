import GRDB
import Model
import Stores

/// Rows that belong to no connection. Damage leaves them, or another program that removes a connection
/// without foreign keys. No connection is concerned by them.
///
/// Tokens are not among them: who has them may want to revoke them (`vaultctl tokens list`).
enum OrphanRows {
  private static let tables = ["field", "version"]
  private static let isOrphan = "connection NOT IN (SELECT id FROM connection)"

  /// How many rows each table has of them, if it has any.
  static func counts(_ db: Database) throws -> [String: Int] {
    try tables.reduce(into: [:]) { counts, table in
      let count = try Int.fetchOne(
        db, sql: "SELECT count(*) FROM \(table) WHERE \(isOrphan)")
      if let count, count > 0 { counts[table] = count }
    }
  }

  static func remove(_ db: Database) throws {
    for table in tables { try db.execute(sql: "DELETE FROM \(table) WHERE \(isOrphan)") }
  }
}
