package import Model
package import Stores

extension LedgeredBackend: StoreUpgrade {
  /// Moves entries from the previous ledger, which all projects of one name shared, to the owner's.
  ///
  /// They are written here before they are removed there: killed in between, both have them, and this
  /// ledger counts.
  package func claim(
    _ names: Set<ConnectionName>, by provenance: Provenance, holding holder: LockHolder
  ) async throws(StoreError) -> Set<ConnectionName> {
    guard let owner, let former else { return [] }
    let previous = LedgerLock(
      former, authentication: nil, provenance: self.provenance)
    return try await previous.whileEarlierVersionsWait(holder) { () async throws(StoreError) in
      try await move(names, from: previous, to: owner, by: provenance)
    }
  }

  private func move(
    _ names: Set<ConnectionName>, from previous: LedgerLock<Records>, to owner: Owner,
    by provenance: Provenance
  ) async throws(StoreError) -> Set<ConnectionName> {
    let old = try await previous.contents()
    var entries = old.entries
    if !old.state.interrupted.isEmpty {
      let recovery = CrashRecovery(try await backend.list())
      for run in old.state.interrupted {
        for intent in run.intents {
          recovery.recover(intent, of: run, by: provenance, in: &entries)
        }
      }
    }
    let claimed = entries.filter { names.contains($0.key) && $0.value.record != nil }
    if claimed.isEmpty, old.state.interrupted.isEmpty { return [] }

    // The first run of the ledger just made a key, and nothing with it.
    let takesKey = try await lock.contents().records.isEmpty && old.key != nil
    await lock.markChanged()
    try await lock.save(isShared: true) { contents in
      // Digests that were made with another key say nothing.
      let isSameKey = takesKey || contents.key == old.key
      if takesKey { contents.key = old.key }
      for (name, entry) in claimed where contents.entries[name]?.record == nil {
        var entry = entry
        let record = entry.record?.owned(by: owner)
        entry.record = isSameKey ? record : record?.withoutDigests
        contents.entries[name] = entry
      }
    }
    let rest = entries.filter { claimed[$0.key] == nil }
    try await previous.endRun(LogMessage.claim(of: claimed.count, by: owner)) { contents in
      contents.entries = rest
      contents.state.interrupted = []
    }
    return Set(claimed.keys)
  }
}
