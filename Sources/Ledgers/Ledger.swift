package import Model
package import Stores

/// Where what was applied is recorded beside a store: contents that move by compare-and-swap, and
/// a log of the moves.
///
/// Whoever moves the ledger first has its lock. While a run is under way its states replace one
/// another, so that its end is one entry of the log on top of the one before it.
package protocol Ledger: Sendable {
  associatedtype Version: LedgerVersion

  /// The present state; nothing of it is changed.
  ///
  /// - Parameter isOffline: without the network, where the ledger is kept elsewhere too.
  func read(isOffline: Bool) throws(StoreError) -> Version

  /// Puts `contents` in the place of `old`, as the log's entry on top of `base`.
  ///
  /// - Parameters:
  ///   - base: `old` itself for an entry of its own; what came before it to replace its entry.
  ///   - message: of the log; its first line stands alone.
  ///   - isShared: wherever else the ledger is kept it moves as well, now.
  /// - Throws: `ledgerMoved` where somebody else moved it first.
  func move(
    from old: Version, on base: Version, to contents: LedgerContents, message: String,
    by provenance: Provenance, isShared: Bool
  ) throws(StoreError) -> Version

  /// Takes the last state back: a run that changed nothing leaves no entry.
  func revert(_ version: Version, to base: Version) throws(StoreError)

  /// An empty ledger on top of whatever there is, readable or not.
  func reset(by provenance: Provenance) throws(StoreError)

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
  /// The ledger's own mark: a commit, a number.
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

enum PushPolicy {
  /// Seconds between two moves of the outcomes at a remote; a run's end moves there at once.
  static let pushInterval: Int64 = 5
}

extension Provenance {
  /// As the log's messages tell it.
  var lines: [String] {
    ["Who: \(who)", "When: \(at)"] + (commit.map { ["Source: \($0)"] } ?? [])
      + ["Tool: vaultctl \(toolVersion)"]
  }
}
