import GRDB
import Model

/// The applied record of each connection.
enum AppliedTable {
  static func put(_ db: Database, _ record: AppliedRecord, of name: ConnectionName) throws {
    try db.run(
      sql: "INSERT OR REPLACE INTO applied (name, record) VALUES (?, ?)",
      arguments: [name.rawValue, canonicalJSON(record)])
  }
}
