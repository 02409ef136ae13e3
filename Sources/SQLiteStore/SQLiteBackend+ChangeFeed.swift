import GRDB
package import Model
package import Stores

extension SQLiteBackend: ChangeFeed {
  package nonisolated var pauseMilliseconds: Int64 { 500 }

  package nonisolated var startCursor: FeedCursor? { FeedCursor("0") }

  package func currentCursor() throws(StoreError) -> FeedCursor {
    try reading(ifAbsent: FeedCursor("0")) { db in
      FeedCursor("\(try Int64.fetchOne(db, sql: "SELECT max(id) FROM event") ?? 0)")
    }
  }

  package func events(
    after cursor: FeedCursor
  ) async throws(StoreError) -> ([StoreEvent], FeedCursor) {
    guard let start = Int64(cursor.rawValue) else {
      throw .refused("`\(cursor.rawValue)` is not a cursor of this store")
    }
    // The whole log is a report; a poll for what is new is not checked each time.
    if cursor == startCursor {
      return try await checked(ifAbsent: ([], cursor)) { db, key, _ in
        try CodeCheck(db, key)?.requireEvents()
        return try EventTable.events(db, after: start)
      }
    }
    return try reading(ifAbsent: ([], cursor)) { db in try EventTable.events(db, after: start) }
  }
}
