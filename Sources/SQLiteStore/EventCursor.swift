import GRDB
import Stores

/// The last event that a reader of the log has seen. A log without it is another log.
struct EventCursor: Hashable, Sendable {
  let id: Int64
  /// Milliseconds since 1970.
  let at: Int64

  /// Before the first event.
  static let start = EventCursor(id: 0, at: 0)
}

extension EventCursor {
  init(row: Row) { self.init(id: row["id"], at: row["at"]) }

  /// `nil` if it is not one of this store.
  init?(_ cursor: FeedCursor) {
    let numbers = cursor.rawValue.split(separator: "@").compactMap { Int64($0) }
    guard numbers.count == 2 else { return nil }
    self.init(id: numbers[0], at: numbers[1])
  }

  var feedCursor: FeedCursor { FeedCursor("\(id)@\(at)") }
}
