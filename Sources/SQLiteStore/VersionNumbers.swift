import GRDB
import Model
import Stores

/// Which versions a file has: of each connection the latest ones, without a gap.
struct VersionNumbers {
  let db: Database

  /// The connections that do not have all that are kept, or more.
  ///
  /// - Parameter name: of the only one that is looked at; `nil` for all.
  func incomplete(of name: String? = nil) throws -> [String] {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT connection.name, connection.version, count(version.number), min(version.number),
          max(version.number)
        FROM connection LEFT JOIN version ON version.connection = connection.id
        \(name == nil ? "" : "WHERE connection.name = ?")
        GROUP BY connection.id ORDER BY connection.name
        """, arguments: name.map { [$0] as StatementArguments } ?? [])
    return rows.filter { row in
      guard let kept = Self.kept(of: row[1]) else { return true }
      return (row[2] as Int) != kept.count || (row[3] as Int64?) != kept.lowerBound
        || (row[4] as Int64?) != kept.upperBound
    }.map { $0[0] }
  }

  /// `nil` if no connection has such a version.
  private static func kept(of current: Int64) -> ClosedRange<Int64>? {
    guard (1...RowVersion.limit).contains(current) else { return nil }
    return max(1, current - Int64(SQLiteBackend.keptVersions) + 1)...current
  }

  /// Takes it that versions are missing: they have no content from now on, or the current one's own.
  func complete(_ key: StoreKey) throws {
    for name in try incomplete() {
      guard
        let row = try Row.fetchOne(
          db, sql: "SELECT id, version FROM connection WHERE name = ?", arguments: [name]),
        let kept = Self.kept(of: row[1])
      else { continue }
      let id = StoreID(row[0])
      try db.execute(
        sql: "DELETE FROM version WHERE connection = ? AND number NOT BETWEEN ? AND ?",
        arguments: [id.rawValue, kept.lowerBound, kept.upperBound])
      let present = try Int64.fetchSet(
        db, sql: "SELECT number FROM version WHERE connection = ?", arguments: [id.rawValue])
      for number in kept where !present.contains(number) {
        if number == kept.upperBound {
          try VersionTable.keep(db, id, number: number, by: .unknown, key)
        } else {
          try VersionTable.put(
            db, id, number: number, content: VersionTable.lost, by: .unknown, key)
        }
      }
    }
  }
}

extension CodeCheck {
  private static let missing = "its versions are not all there"

  func versionFaults() throws -> [ContentFault] {
    try VersionNumbers(db: db).incomplete().map { ContentFault($0, Self.missing) }
  }

  /// - Throws: `corrupt` if a version was added or removed.
  func requireVersions(of name: String) throws {
    if try VersionNumbers(db: db).incomplete(of: name).isEmpty { return }
    throw StoreError.corrupt(ContentFault.summary(of: [ContentFault(name, Self.missing)]))
  }
}

extension Provenance {
  /// Of what cannot be read any more.
  static let unknown = Provenance(
    who: "-", at: Timestamp(milliseconds: 0), toolVersion: "-", commit: nil)
}
