package import Model
package import Stores

/// Keeps applied records outside a store: contents that move by compare-and-swap, and a log of the
/// moves.
///
/// The process that moves the ledger first has its lock. While a run is in progress its states
/// replace one another, so that its end is one entry of the log on top of the one before it.
package protocol Ledger: Sendable {
  associatedtype Version: LedgerVersion

  /// The current state; reading changes nothing.
  ///
  /// - Parameter isOffline: without the network, if the ledger has a remote.
  func read(isOffline: Bool) throws(StoreError) -> Version

  /// Replaces `old` with `contents`, as the log's entry on top of `base`.
  ///
  /// - Parameters:
  ///   - base: `old` itself for an entry of its own; what came before it to replace its entry.
  ///   - message: of the log; its first line is a summary.
  ///   - isShared: the ledger moves at its remote too, at once.
  /// - Throws: `ledgerMoved` if another process moved it first.
  func move(
    from old: Version, on base: Version, to contents: LedgerContents, message: String,
    by provenance: Provenance, isShared: Bool
  ) throws(StoreError) -> Version

  /// Undoes the last move: a run that changed nothing leaves no entry.
  func revert(_ version: Version, to base: Version) throws(StoreError)

  /// An empty ledger on top of the current state, readable or not.
  func reset(by provenance: Provenance) throws(StoreError)

  /// What other ledgers have about the same backend; nothing for a ledger without an owner.
  ///
  /// - Parameter previous: the ledger by its name before records had owners.
  func neighbours(_ previous: Self, isOffline: Bool) throws(StoreError) -> LedgerNeighbours

  /// The entries, newest first.
  func log() throws(StoreError) -> [LedgerLogEntry]
}

extension Ledger {
  package func read() throws(StoreError) -> Version { try read(isOffline: false) }
}

/// A state of a ledger, as a move of it starts from.
package protocol LedgerVersion: Sendable {
  var contents: LedgerContents { get }
}

/// One move that the log keeps.
package struct LedgerLogEntry: Hashable, Sendable {
  /// A commit, or a number.
  package let id: String
  /// RFC 3339.
  package let when: String
  package let message: String

  package init(id: String, when: String, message: String) {
    self.id = id
    self.when = when
    self.message = message
  }
}
