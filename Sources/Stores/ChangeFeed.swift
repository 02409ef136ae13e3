/// A store that can tell what has happened to its connections since a place in its log.
///
/// An implementation tells each event once to who goes on from the place that it was given, in the
/// order in which they happened, of whatever process; no value is in one. A backend without a log of
/// its own compares versions, and tells what it can of them.
package protocol ChangeFeed: Sendable {
  /// How long to wait between two questions.
  var pauseMilliseconds: Int64 { get }

  /// Where the log ends now.
  func feedEnd() async throws(StoreError) -> FeedPlace

  /// What happened behind a place.
  ///
  /// - Returns: the events, and the place to go on from.
  func events(after place: FeedPlace) async throws(StoreError) -> ([StoreEvent], FeedPlace)
}

/// A place in a store's log; only the store that gave it knows what it means.
package struct FeedPlace: Hashable, Sendable {
  package let rawValue: String
  package init(_ rawValue: String) { self.rawValue = rawValue }
}
