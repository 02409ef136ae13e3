import Stores

extension StoreError {
  /// Whether the store may have carried out a part of the request despite the error.
  var leavesDoubt: Bool {
    switch self {
    case .outcomeUnknown, .unfinished, .unavailable, .ledgerFailed, .ledgerRejected,
      .ledgerUnreachable, .ledgerMoved, .lockLost:
      true
    case .busy, .modeTooLoose, .isSymlink, .versionConflict, .nameTaken, .ownedByOther, .notFound,
      .tooNew, .corrupt, .notAStore, .keyUnavailable, .keyNotSealed, .writeFailed, .unauthorized,
      .misconfigured,
      .permissionDenied, .refused, .ledgerUntrusted, .tokensMoved:
      false
    }
  }

  /// Whether no other change can succeed, or be recorded, either.
  var stopsTheRun: Bool {
    switch self {
    case .unavailable, .busy, .modeTooLoose, .isSymlink, .tooNew, .corrupt, .notAStore,
      .writeFailed, .lockLost,
      .ledgerFailed, .ledgerRejected, .ledgerUnreachable, .ledgerMoved, .ledgerUntrusted:
      true
    case .unfinished(_, let cause): cause.stopsTheRun
    case .versionConflict, .nameTaken, .ownedByOther, .notFound, .keyUnavailable,
      .keyNotSealed, .misconfigured, .unauthorized, .permissionDenied, .refused, .outcomeUnknown,
      .tokensMoved:
      false
    }
  }
}
