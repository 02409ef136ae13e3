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

  /// Replaces `old` with a draft that was made from it, as the log's entry on top of `base`.
  ///
  /// - Parameters:
  ///   - base: `old` itself for an entry of its own; what came before it to replace its entry.
  ///   - message: of the log; its first line is a summary.
  ///   - isShared: the ledger moves at its remote too, at once.
  /// - Throws: `ledgerMoved` if another process moved it first.
  func move(
    from old: Version, on base: Version, to draft: LedgerDraft, message: String,
    by provenance: Provenance, isShared: Bool
  ) throws(StoreError) -> Version

  /// Undoes the last move: a run that changed nothing leaves no entry.
  func revert(_ version: Version, to base: Version) throws(StoreError)

  /// A whole draft on top of the current state, readable or not.
  func reset(to draft: LedgerDraft, by provenance: Provenance) throws(StoreError)

  /// What other ledgers have about the same backend; nothing for a ledger without an owner.
  ///
  /// - Parameter previous: the ledger by its name before records had owners.
  func neighbours(_ previous: Self, isOffline: Bool) throws(StoreError) -> LedgerNeighbours

  /// The entries, newest first.
  func log() throws(StoreError) -> [LedgerLogEntry]
}

extension Ledger {
  package func read() throws(StoreError) -> Version { try read(isOffline: false) }

  /// The current contents.
  ///
  /// - Throws: `ledgerUntrusted` if they are not authentic, `keyUnavailable` if that cannot be shown here.
  package func verified(
    with authentication: LedgerAuthentication
  ) async throws(StoreError) -> LedgerContents {
    let version = try read()
    try await authentication.require(version)
    return version.contents
  }

  /// Takes the current state as it is, whatever was seen before.
  ///
  /// - Throws: as `verified(with:)`.
  package func accept(
    with authentication: LedgerAuthentication
  ) async throws(StoreError) -> LedgerContents {
    let version = try read()
    try await authentication.accept(version)
    return version.contents
  }

  /// Proves contents, and moves the ledger to them.
  ///
  /// - Parameter authentication: `nil` for a ledger that has no proofs.
  func move(
    from old: Version, on base: Version, to contents: LedgerContents, message: String,
    by provenance: Provenance, isShared: Bool, provenWith authentication: LedgerAuthentication?
  ) async throws(StoreError) -> Version {
    var draft = LedgerDraft(contents, since: old)
    try await authentication?.prove(&draft, since: old.contents, isShared: isShared)
    let version = try move(
      from: old, on: base, to: draft, message: message, by: provenance, isShared: isShared)
    authentication?.remember(version)
    return version
  }

  /// An empty ledger on top of the current state, which is taken as it is from now on. Its key is new;
  /// where the present one can be opened it is linked to it, so that others take the new one too.
  ///
  /// - Returns: false if there was a key that the new one is not linked to: others refuse the ledger until
  ///   they accept it.
  /// - Throws: `tooNew` too: only a damaged state is replaced unread.
  package func rebuild(
    provenWith authentication: LedgerAuthentication, by provenance: Provenance
  ) async throws(StoreError) -> Bool {
    let old = try readUnlessDamaged()
    var contents = LedgerContents()
    contents.key = try await authentication.newKey()
    contents.state.sequence = try authentication.nextSequence(after: old ?? LedgerContents())
    var draft = LedgerDraft(contents, since: nil)
    try await authentication.prove(&draft, since: old ?? LedgerContents(), isShared: true)
    try reset(to: draft, by: provenance)
    try authentication.forget()
    guard let old else { return false }
    return old.key == nil || draft.contents.proof?.links.isEmpty == false
  }

  /// `nil` if the current state is damaged.
  private func readUnlessDamaged() throws(StoreError) -> LedgerContents? {
    do throws(StoreError) {
      return try read().contents
    } catch {
      if case .ledgerFailed = error { return nil }
      if case .corrupt = error { return nil }
      throw error
    }
  }
}

/// A state of a ledger, as a move of it starts from.
package protocol LedgerVersion: Sendable {
  var contents: LedgerContents { get }
  var digests: LedgerDigests { get }
  var remoteState: LedgerRemoteState { get }
}

/// Where a ledger's remote is, as it was read with a state.
package enum LedgerRemoteState: Hashable, Sendable {
  /// Unknown: there is no remote, or it was not asked.
  case none
  /// It has no such ledger.
  case absent
  /// It has this state.
  case current
  /// It has another state, with this sequence.
  case at(sequence: Int)
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
