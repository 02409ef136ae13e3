package import Model

/// A journaled run. Only it has a writer, so nothing is written without a journal.
package struct ApplyRun: Sendable {
  package typealias Abandon = @Sendable (ConnectionName) async throws(StoreError) -> Void
  package typealias End = @Sendable (_ now: Timestamp) async throws(StoreError) -> Void

  package var writer: any ConnectionWriter
  /// Journals that a change was not done, and will not be in this run; absent if a change and its
  /// journal entry are one transaction.
  package var abandon: Abandon?
  /// Journals that the run is over. What fails here is not known to others yet: the run's results may
  /// have to be found again by the next one.
  package var end: End?

  package init(writer: any ConnectionWriter, abandon: Abandon? = nil, end: End? = nil) {
    self.writer = writer
    self.abandon = abandon
    self.end = end
  }
}
