package import Model

/// Why a request to a store failed. No case carries a secret's value.
package indirect enum StoreError: Error, Hashable, Sendable {
  /// The backend cannot be reached or opened at all.
  case unavailable(String)
  /// Another process works on it, and has for as long as one waits; nothing was done.
  case busy(String)
  /// A file or folder that other users may read or write; octal modes.
  case modeTooLoose(path: String, mode: UInt32, allowed: UInt32)
  case isSymlink(path: String)
  /// The connection is no longer at the version that the plan saw; `found` is `nil` if it is gone.
  case versionConflict(ConnectionName, expected: StoreVersion, found: StoreVersion?)
  case nameTaken(ConnectionName)
  /// Another project or environment applied it.
  case ownedByOther(ConnectionName, Owner)
  case notFound(ConnectionName)
  case lockLost(by: LockHolder?)
  /// Written by a newer vaultctl.
  case tooNew(String)
  /// The content cannot be what we wrote: damaged, or tampered with.
  case corrupt(String)
  /// A file is where the store should be, and nothing in it is a store's.
  case notAStore(String)
  /// The key that the store's secrets are sealed under cannot be opened here.
  case keyUnavailable(String)
  /// The store's key cannot be sealed for the project's recipients; the reason.
  case keyNotSealed(String)
  case writeFailed(String)
  /// The backend's settings in the project file or the environment are wrong; with the fix.
  case misconfigured(String)
  /// The login failed.
  case unauthorized(String)
  /// Permissions that are missing, by the backend's names.
  case permissionDenied([String])
  /// The backend refused the request; never quotes the request.
  case refused(String)
  /// A write whose response was lost, so its outcome is unknown.
  case outcomeUnknown(String)
  /// A part of a change reached the backend before this failed, so the journal keeps its intent. The name
  /// is `nil` for a change of the store itself, such as of its key.
  case unfinished(ConnectionName?, StoreError)
  /// The ledger of applied records failed.
  case ledgerFailed(String)
  /// The ledger's remote answered, and did not accept a move of the ledger; its own words.
  case ledgerRejected(String)
  /// The ledger's remote could not be reached; git's own words.
  case ledgerUnreachable(String)
  /// The ledger's state is not authentic, or is older than one that was seen; the reason.
  ///
  /// - Parameter isCopy: the records that count are in the store itself.
  case ledgerUntrusted(String, isCopy: Bool)
  /// Another process moved the ledger first.
  case ledgerMoved
  /// A connection's tokens have changed to another version.
  case tokensMoved(ConnectionName)
}
