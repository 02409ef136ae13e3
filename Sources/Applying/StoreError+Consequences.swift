import Diagnostics
import Stores

extension StoreError {
  /// Whether the store may have carried out the request despite the error.
  var leavesDoubt: Bool {
    switch self {
    case .outcomeUnknown, .unavailable, .ledgerFailed, .ledgerMoved, .lockLost: true
    case .modeTooLoose, .isSymlink, .versionConflict, .nameTaken, .notFound, .tooNew, .corrupt,
      .keyUnavailable, .writeFailed, .unauthorized, .misconfigured, .permissionDenied, .refused,
      .tokensMoved:
      false
    }
  }
}

extension DiagnosticCode {
  /// Whether no other change can succeed either.
  var stopsTheRun: Bool {
    switch self {
    case .storeUnavailable, .storeModeTooLoose, .storeIsSymlink, .storeTooNew, .storeCorrupt,
      .storeWriteFailed, .lockLost:
      true
    default: false
    }
  }
}
