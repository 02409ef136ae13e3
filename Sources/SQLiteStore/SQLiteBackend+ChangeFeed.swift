import FoundationEssentials
import GRDB
package import Model
package import Stores

extension SQLiteBackend: ChangeFeed {
  package nonisolated var pauseMilliseconds: Int64 { 500 }

  package nonisolated var startCursor: FeedCursor? { EventCursor.start.feedCursor }

  package func currentCursor() throws(StoreError) -> FeedCursor {
    let end = try reading(ifAbsent: EventCursor.start) { db in try EventTable.end(db) }
    return end.feedCursor
  }

  package func events(
    after cursor: FeedCursor
  ) async throws(StoreError) -> ([StoreEvent], FeedCursor) {
    guard let start = EventCursor(cursor) else {
      throw .refused("`\(cursor.rawValue)` is not a cursor of this store")
    }
    let now = Timestamp(.now)
    let found: ([StoreEvent], EventCursor)
    // The whole log is a report; a poll for what is new is not checked each time.
    if start == .start {
      found = try await checked(ifAbsent: ([], start)) { db, key, _ in
        try CodeCheck(db, key)?.requireEvents()
        return try EventTable.events(db, after: start, now: now)
      }
    } else {
      found = try reading(ifAbsent: ([], start)) { db in
        try EventTable.events(db, after: start, now: now)
      }
    }
    return (found.0, found.1.feedCursor)
  }
}
