package import Model
package import Stores

extension Ledger {
  /// Copies the records to another ledger of the same store, in one move of it. Nothing here moves.
  ///
  /// The other may be empty, or have an earlier copy that nobody has moved since.
  ///
  /// - Parameters:
  ///   - own: proves this ledger's state; `proof` proves the other's.
  /// - Returns: how many records there are, and whether they were there already.
  /// - Throws: `refused` if an apply is running or was interrupted, or the other has records of its own.
  package func copy(
    to other: some Ledger, verifiedWith own: LedgerAuthentication,
    provenWith proof: LedgerAuthentication, by provenance: Provenance
  ) async throws(StoreError) -> (count: Int, isUnchanged: Bool) {
    let version = try read()
    try await own.require(version)
    try version.contents.requireIdle()
    let there = try other.read()
    if there.contents.entries == version.contents.entries,
      there.contents.key == version.contents.key
    {
      try await proof.require(there)
      return (version.contents.entries.count, true)
    }
    try there.contents.requireIdle()
    // It may be empty because its records moved away once.
    if !there.contents.entries.isEmpty {
      guard try other.isUntouchedCopy() else {
        throw .refused("the other ledger has records of its own, or changed after it was copied")
      }
      try await proof.require(there)
    }
    var contents = version.contents
    contents.state.sequence = max(contents.state.sequence, there.contents.state.sequence)
    contents.state.sequence = try proof.nextSequence(after: contents)
    var draft = LedgerDraft(contents, since: there)
    // Who pinned a previous key needs the links to it.
    try await proof.prove(&draft, since: version.contents, isShared: true)
    let moved = try other.move(
      from: there, on: there, to: draft, message: LogMessage.copied, by: provenance,
      isShared: true)
    proof.remember(moved)
    return (contents.entries.count, false)
  }

  /// Removes all records, if another ledger of the same store has a record of each connection.
  ///
  /// - Returns: how many were removed.
  package func removeRecords(
    copiedTo other: some Ledger, verifiedWith own: LedgerAuthentication,
    and proof: LedgerAuthentication, by provenance: Provenance
  ) async throws(StoreError) -> Int {
    let version = try read()
    try await own.require(version)
    try version.contents.requireIdle()
    let copy = try await other.verified(with: proof)
    let isInUse = try !other.isUntouchedCopy()
    if let stale = version.contents.staleCopy(copy, isInUse: isInUse) {
      throw .refused("the other ledger has no current record of `\(stale)`")
    }
    let count = version.contents.entries.count
    if count == 0 { return 0 }
    var contents = version.contents
    contents.entries = [:]
    contents.state.sequence += 1
    _ = try await move(
      from: version, on: version, to: contents, message: "ledger: moved away\n", by: provenance,
      isShared: true, provenWith: own)
    return count
  }
}

extension Ledger {
  /// Whether it has a copy of another ledger's records, and nobody has moved it since.
  fileprivate func isUntouchedCopy() throws(StoreError) -> Bool {
    try log().first?.message.hasPrefix(LogMessage.copied) ?? false
  }
}

extension LedgerContents {
  /// The first connection whose entry a copy lacks, or has in an earlier state. A copy that is in use may
  /// have newer ones, but none that were granted less.
  fileprivate func staleCopy(_ copy: LedgerContents, isInUse: Bool) -> ConnectionName? {
    entries.keys.sorted().first { name in
      guard let here = entries[name], let there = copy.entries[name] else { return true }
      if !isInUse { return here != there }
      if let record = here.record {
        guard let newer = there.record, newer.provenance.at >= record.provenance.at else {
          return true
        }
        if newer.provenance.at > record.provenance.at { return false }
      }
      return !Set(here.granted ?? []).isSubset(of: there.granted ?? [])
    }
  }

  fileprivate func requireIdle() throws(StoreError) {
    if let run = state.run { throw .busy("\(run.holder.who) is applying") }
    if !state.interrupted.isEmpty {
      throw .refused("an apply was interrupted; complete it first: vaultctl apply")
    }
  }
}
