/// A store that can tell what has happened to its connections since a cursor in its log.
///
/// An implementation tells each event once to who goes on from the cursor that it was given, in the
/// order in which they happened, of whatever process; no value is in one. A backend without a log of
/// its own compares versions, and tells what it can of them.
package protocol ChangeFeed: Sendable {
  /// How long to wait between two questions.
  var pauseMilliseconds: Int64 { get }

  /// Where the log ends now.
  func currentCursor() async throws(StoreError) -> FeedCursor

  /// What happened behind a cursor.
  ///
  /// - Returns: the events, and the cursor to go on from.
  func events(after cursor: FeedCursor) async throws(StoreError) -> ([StoreEvent], FeedCursor)
}

/// A cursor in a store's log; only the store that gave it knows what it means.
package struct FeedCursor: Hashable, Sendable {
  package let rawValue: String
  package init(_ rawValue: String) { self.rawValue = rawValue }
}
