package import Model

extension StoreError {
  /// Does what follows a write of a change to the backend. Whatever fails in it leaves the change
  /// unfinished, and the next run looks up what was done.
  ///
  /// - Parameter name: `nil` for a change of the store itself.
  package static func afterWrite<R>(
    of name: ConnectionName?, isolation: isolated (any Actor)? = #isolation,
    _ work: () async throws(StoreError) -> R
  ) async throws(StoreError) -> R {
    do throws(StoreError) {
      return try await work()
    } catch {
      switch error {
      case .unfinished, .outcomeUnknown: throw error
      case .unavailable, .busy, .modeTooLoose, .isSymlink, .versionConflict, .nameTaken,
        .ownedByOther, .notFound, .lockLost, .tooNew, .corrupt, .notAStore, .keyUnavailable,
        .keyNotSealed,
        .writeFailed, .misconfigured,
        .unauthorized, .permissionDenied, .refused, .ledgerFailed, .ledgerRejected,
        .ledgerUnreachable, .ledgerMoved, .ledgerUntrusted, .tokensMoved:
        throw .unfinished(name, error)
      }
    }
  }
}
