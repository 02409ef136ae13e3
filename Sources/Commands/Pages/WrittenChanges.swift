import Synchronization

/// What was written from a page and is not committed yet, in order.
final class WrittenChanges: Sendable {
  struct Entry: Hashable {
    let connection: String
    let title: String
    /// By file, what it was before the page changed it; `nil`: there was none.
    let files: [String: [UInt8]?]
  }

  private let entries = Mutex<[Entry]>([])

  var all: [Entry] { entries.withLock { $0 } }

  func add(_ entry: Entry) { entries.withLock { $0.append(entry) } }

  /// What was added before, and is committed by now.
  func remove(first count: Int) { entries.withLock { $0.removeFirst(min(count, $0.count)) } }
}
