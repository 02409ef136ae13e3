package import Model

/// Where runs of `apply` are journaled, so that the next one finds what a killed one left.
package protocol ApplyJournal: Sendable {
  /// Runs that began and never ended, oldest first, each reported once; the results of their changes
  /// is found out and recorded.
  func recoverInterruptedRuns() async throws(StoreError) -> [InterruptedRun]

  /// Journals that a run begins, and what it means to do.
  ///
  /// - Throws: `permissionDenied` where it is known that some of it will be refused.
  func beginRun(
    _ intents: [StoreIntent], by provenance: Provenance
  ) async throws(StoreError) -> ApplyRun
}

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

/// Carries out the changes of one run.
package protocol ConnectionWriter: Sendable {
  /// Journals that a change is about to be carried out, and carries it out in one transaction with its
  /// applied record and its journal entry.
  ///
  /// - Returns: the new record; `nil` for a delete.
  /// - Throws: `versionConflict` where the store changed since `write` was planned.
  func carryOut(_ write: StoreWrite) async throws(StoreError) -> AppliedRecord?
}

/// Records what services granted.
package protocol GrantRecorder: Sendable {
  /// The connection's version stays as it is.
  ///
  /// - Throws: `notFound` where there is no such connection.
  func recordGrant(
    _ scopes: Set<Scope>, for name: ConnectionName, by provenance: Provenance
  ) async throws(StoreError)
}
