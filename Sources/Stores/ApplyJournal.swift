package import Model

/// Journals runs of `apply`, so that the next one finds what a killed one left.
package protocol ApplyJournal: Sendable {
  /// Runs that began and never ended, oldest first, each reported once; the results of their changes
  /// are determined and recorded.
  func recoverInterruptedRuns() async throws(StoreError) -> [InterruptedRun]

  /// Journals that a run begins, and what it intends to do.
  ///
  /// - Throws: `permissionDenied` if it is known that some of it will be refused.
  func beginRun(
    _ intents: [StoreIntent], by provenance: Provenance
  ) async throws(StoreError) -> ApplyRun
}
