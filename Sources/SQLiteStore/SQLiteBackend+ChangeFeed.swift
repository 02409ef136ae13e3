import GRDB
package import Model
package import Stores

extension SQLiteBackend: ChangeFeed {
  package nonisolated var pauseMilliseconds: Int64 { 500 }

  package func currentCursor() throws(StoreError) -> FeedCursor {
    try reading(ifAbsent: FeedCursor("0")) { db in
      FeedCursor("\(try Int64.fetchOne(db, sql: "SELECT max(id) FROM event") ?? 0)")
    }
  }

  package func events(
    after cursor: FeedCursor
  ) throws(StoreError) -> ([StoreEvent], FeedCursor) {
    guard let start = Int64(cursor.rawValue) else {
      throw .refused("`\(cursor.rawValue)` is not a cursor of this store")
    }
    return try reading(ifAbsent: ([], cursor)) { db in
      let rows = try Row.fetchAll(
        db, sql: "SELECT * FROM event WHERE id > ? ORDER BY id", arguments: [start])
      let last: Int64 = rows.last?["id"] ?? start
      return (rows.map(EventTable.event), FeedCursor("\(last)"))
    }
  }
}
