import Stores

extension StoreError {
  /// Whether the store may have carried out a part of the request despite the error.
  var leavesDoubt: Bool {
    switch self {
    case .outcomeUnknown, .unfinished, .unavailable, .ledgerFailed, .ledgerRejected,
      .ledgerUnreachable, .ledgerMoved, .lockLost:
      true
    case .modeTooLoose, .isSymlink, .versionConflict, .nameTaken, .ownedByOther, .notFound,
      .tooNew, .corrupt, .keyUnavailable, .writeFailed, .unauthorized, .misconfigured,
      .permissionDenied, .refused, .ledgerUntrusted, .tokensMoved:
      false
    }
  }

  /// Whether no other change can succeed, or be recorded, either.
  var stopsTheRun: Bool {
    switch self {
    case .unavailable, .modeTooLoose, .isSymlink, .tooNew, .corrupt, .writeFailed, .lockLost,
      .ledgerFailed, .ledgerRejected, .ledgerUnreachable, .ledgerMoved, .ledgerUntrusted:
      true
    case .unfinished(_, let cause): cause.stopsTheRun
    case .versionConflict, .nameTaken, .ownedByOther, .notFound, .keyUnavailable,
      .misconfigured, .unauthorized, .permissionDenied, .refused, .outcomeUnknown, .tokensMoved:
      false
    }
  }
}
