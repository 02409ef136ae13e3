package import Model

/// Carries out the changes of one run.
package protocol ConnectionWriter: Sendable {
  /// Journals that a change is about to be carried out, and carries it out in one transaction with its
  /// applied record and its journal entry.
  ///
  /// - Returns: the new record; `nil` for a delete.
  /// - Throws: `versionConflict` if the store changed since `write` was planned; `tokensMoved` if a removal
  ///   would take other tokens than those it was planned for.
  func carryOut(_ write: StoreWrite) async throws(StoreError) -> AppliedRecord?
}
