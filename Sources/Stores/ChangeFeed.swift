package import Model

/// Reports what has happened to a store's connections since a cursor in its log.
///
/// A reader that continues from the returned cursor sees each event of every process once, in order;
/// events hold no values. A backend without a log has a `ComparingFeed`.
package protocol ChangeFeed: Sendable {
  /// How long to wait between two polls.
  var pauseMilliseconds: Int64 { get }

  /// The start of the log; `nil` if the store keeps none.
  var startCursor: FeedCursor? { get }

  /// The current end of the log.
  func currentCursor() async throws(StoreError) -> FeedCursor

  /// The events after a cursor.
  ///
  /// - Returns: the events, and the cursor to continue from.
  func events(after cursor: FeedCursor) async throws(StoreError) -> ([StoreEvent], FeedCursor)
}

/// A cursor in a store's log; only the store that issued it can interpret it.
package struct FeedCursor: Hashable, Sendable {
  package let rawValue: String
  package init(_ rawValue: String) { self.rawValue = rawValue }
}
