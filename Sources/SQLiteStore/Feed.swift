import GRDB
import Model
package import Stores

extension SQLiteStore: ChangeFeed {
  package nonisolated var pauseMilliseconds: Int64 { 500 }

  package func feedEnd() throws(StoreError) -> FeedPlace {
    try reading(ifAbsent: FeedPlace("0")) { db in
      FeedPlace("\(try Int64.fetchOne(db, sql: "SELECT max(id) FROM event") ?? 0)")
    }
  }

  package func events(
    after place: FeedPlace
  ) throws(StoreError) -> ([StoreEvent], FeedPlace) {
    guard let start = Int64(place.rawValue) else {
      throw .refused("`\(place.rawValue)` is no place in this store's log")
    }
    return try reading(ifAbsent: ([], place)) { db in
      let rows = try Row.fetchAll(
        db, sql: "SELECT * FROM event WHERE id > ? ORDER BY id", arguments: [start])
      let last: Int64 = rows.last?["id"] ?? start
      return (
        rows.map {
          StoreEvent(
            at: Timestamp(milliseconds: $0["at"]), who: $0["who"], what: $0["what"],
            connection: $0["connection"], version: $0["version"], commit: $0["git_commit"])
        }, FeedPlace("\(last)")
      )
    }
  }
}
