import Model
package import Stores

extension StoreError {
  /// A few words, for a line that has no room for a diagnostic.
  package var summary: String {
    switch self {
    case .unavailable(let reason), .busy(let reason), .writeFailed(let reason),
      .outcomeUnknown(let reason), .corrupt(let reason), .keyUnavailable(let reason),
      .keyNotSealed(let reason), .refused(let reason), .notAStore(let reason),
      .unauthorized(let reason), .misconfigured(let reason), .tooNew(let reason),
      .ledgerFailed(let reason), .ledgerRejected(let reason), .ledgerUnreachable(let reason),
      .ledgerUntrusted(let reason, _):
      reason
    case .unfinished(_, let cause): cause.summary
    case .notFound(let name): "the store no longer has a connection `\(name)`"
    case .ownedByOther(let name, let owner): "`\(name)` belongs to \(owner)"
    case .tokensMoved, .versionConflict, .ledgerMoved: "another process was first"
    case .permissionDenied(let missing):
      "the store does not permit \(missing.joined(separator: ", "))"
    case .modeTooLoose, .isSymlink, .nameTaken, .lockLost:
      "the store could not be written"
    }
  }
}
