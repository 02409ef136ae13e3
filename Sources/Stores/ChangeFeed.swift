package import Model

/// What has happened to a store's connections since a cursor in its log.
///
/// A reader that continues from the cursor that it got sees each event once, in the order in which they
/// happened, of every process; no value is in one. A backend without a log has a `ComparingFeed`.
package protocol ChangeFeed: Sendable {
  /// How long to wait between two polls.
  var pauseMilliseconds: Int64 { get }

  /// Where the log ends now.
  func currentCursor() async throws(StoreError) -> FeedCursor

  /// What happened after a cursor.
  ///
  /// - Returns: the events, and the cursor to continue from.
  func events(after cursor: FeedCursor) async throws(StoreError) -> ([StoreEvent], FeedCursor)
}

/// A cursor in a store's log; only the store that gave it knows what it means.
package struct FeedCursor: Hashable, Sendable {
  package let rawValue: String
  package init(_ rawValue: String) { self.rawValue = rawValue }
}
