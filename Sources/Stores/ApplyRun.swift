package import Model

/// A run that is journaled. It alone has a writer, so nothing is written that no journal knows of.
package struct ApplyRun: Sendable {
  package typealias Abandon = @Sendable (ConnectionName) async throws(StoreError) -> Void
  package typealias End = @Sendable (_ now: Timestamp) async throws(StoreError) -> Void

  package var writer: any ConnectionWriter
  /// Journals that a change was not done, and will not be in this run; absent where a change and its
  /// journal entry are one transaction.
  package var abandon: Abandon?
  /// Journals that the run is over; absent where releasing the lock does.
  package var end: End?

  package init(writer: any ConnectionWriter, abandon: Abandon? = nil, end: End? = nil) {
    self.writer = writer
    self.abandon = abandon
    self.end = end
  }
}
