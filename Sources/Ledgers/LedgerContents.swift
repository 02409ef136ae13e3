package import Model
package import Stores

/// What a ledger holds at one commit.
package struct LedgerContents: Hashable, Sendable {
  package var state = LedgerState()
  package var entries: [ConnectionName: LedgerEntry] = [:]
  /// The key of its digests, an armored message; `nil` before the first secret.
  package var key: String?
  /// `nil` in a ledger of a version that had no proofs.
  package var proof: LedgerProof?

  package init() {}

  /// Whether nothing was ever recorded.
  var isUnused: Bool {
    key == nil && proof == nil && entries.isEmpty && state.run == nil && state.interrupted.isEmpty
  }

  package var records: [ConnectionName: AppliedRecord] { entries.compactMapValues(\.record) }
}

/// One connection's part of the ledger.
package struct LedgerEntry: Hashable, Sendable, Codable {
  package var record: AppliedRecord?
  /// What the service granted, as recorded.
  package var granted: [Scope]?
}

/// The run in progress, and what killed runs left.
package struct LedgerState: Hashable, Sendable, Codable {
  /// Random, from the run that wrote last: it distinguishes the states of different runs.
  package var token: String?
  /// Grows with each state of one run.
  package var step = 0
  /// Grows with each state that stays, over all runs.
  package var sequence: Int {
    get { max(storedSequence ?? 0, 0) }
    set { storedSequence = newValue }
  }
  /// `nil` in a ledger of a version that had no proofs.
  var storedSequence: Int?
  package var run: LedgerRun?
  package var interrupted: [LedgerRun] = []
  /// `nil` if the lock was last taken while it was free.
  package var takeOver: LockTakeOver?

  private enum CodingKeys: String, CodingKey {
    case token, step, run, interrupted, takeOver
    case storedSequence = "sequence"
  }
}

/// One apply: it holds the lock, and what it intends to do is recorded before it begins.
package struct LedgerRun: Hashable, Sendable, Codable {
  package var holder: LockHolder
  package var provenance: Provenance?
  /// SHA-256 of all intents, in hex.
  package var plan: String?
  package var intents: [JournaledIntent] = []
  package var done: Int {
    get { min(max(countedDone, 0), Self.maxDone) }
    set { countedDone = newValue }
  }
  /// As the ledger has it, where anybody who may push can write any number.
  var countedDone = 0

  private static let maxDone = 1_000_000_000

  private enum CodingKeys: String, CodingKey {
    case holder, provenance, plan, intents
    case countedDone = "done"
  }
}
