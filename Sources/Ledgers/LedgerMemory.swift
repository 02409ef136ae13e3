package import Stores

/// Remembers, on this machine and outside the ledger, what was seen of it: a ledger can be replaced by
/// an older state of itself, and nothing in that state shows it.
package protocol LedgerMemory: Sendable {
  /// - Throws: if what was remembered could have been written by another user.
  func sighting() throws(StoreError) -> LedgerSighting?

  /// Where nothing can be remembered, such as in a job's read-only home, nothing happens.
  func remember(_ sighting: LedgerSighting)

  func forget() throws(StoreError)
}

/// The newest authentic states that were seen.
package struct LedgerSighting: Hashable, Sendable, Codable {
  /// The id of the ledger's key.
  package var key: String
  /// The highest sequence.
  package var sequence: Int
  /// The highest sequence that the ledger's remote had; `nil` without a remote.
  package var remoteSequence: Int?
  /// The digest of the state that was seen last.
  package var digest: String

  package init(key: String, sequence: Int, remoteSequence: Int?, digest: String) {
    self.key = key
    self.sequence = sequence
    self.remoteSequence = remoteSequence
    self.digest = digest
  }
}
