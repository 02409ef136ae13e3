import Encodings
package import Model
package import Stores

extension OpenBaoBackend: StoreUpgrade {
  /// 1. What a killed run of the previous format left is recovered.
  /// 2. The key is copied, unless there is one already: the records' digests are made with it.
  /// 3. Each record gets the owner; its tokens are moved to the owner's own place.
  ///
  /// The previous key stays where it is: other projects may have to copy it too.
  package func claim(
    _ names: Set<ConnectionName>, by provenance: Provenance, holding holder: LockHolder
  ) async throws(StoreError) -> Set<ConnectionName> {
    guard let owner, let former else { return [] }
    let previous = OpenBaoLock(engine: engine, path: former.lock)
    return try await previous.whileEarlierVersionsWait(holder) { () async throws(StoreError) in
      try await move(names, from: former, to: owner)
    }
  }

  private func move(
    _ names: Set<ConnectionName>, from former: KVPaths, to owner: Owner
  ) async throws(StoreError) -> Set<ConnectionName> {
    try await recoverFormerRun(former)
    let hasSameKey = try await copyKey(from: former)
    var claimed: Set<ConnectionName> = []
    for name in names.sorted() {
      let entry = try await freshEntry(name)
      guard entry.metadata.isThere, let record = entry.record, record.owner == nil else { continue }
      let own = record.owned(by: owner)
      try await moveTokens(of: name, entry.id(named: name), from: former)
      try await putRecord(hasSameKey ? own : own.withoutDigests, name, over: entry)
      claimed.insert(name)
    }
    forgetEntries()
    return claimed
  }

  /// - Returns: whether our key is the previous one, so that digests made with that hold.
  private func copyKey(from former: KVPaths) async throws(StoreError) -> Bool {
    let storage = OpenBaoKeyStorage(engine: engine, path: paths.key)
    let sealed = try await OpenBaoKeyStorage(engine: engine, path: former.key).sealedKey()
    if let own = try await storage.sealedKey() { return own == sealed }
    if let sealed { _ = try await storage.add(sealed) }
    return true
  }

  private func recoverFormerRun(_ former: KVPaths) async throws(StoreError) {
    let journal = OpenBaoJournal(engine: engine, paths: former)
    guard let run = try await journal.interrupted() else { return }
    _ = try await readEntries()
    for intent in run.intents { _ = try await recover(intent) }
    try await journal.close(run)
    forgetEntries()
  }

  private func putRecord(
    _ record: AppliedRecord, _ name: ConnectionName, over entry: ConnectionEntry
  ) async throws(StoreError) {
    guard let version = ConnectionEntry.effective(entry.metadata, entry.custom) else { return }
    var custom = entry.custom
    custom.slots = [:]
    try await putRecord(record, of: version, &custom, name, over: entry)
  }

  private func moveTokens(
    of name: ConnectionName, _ id: StoreID, from former: KVPaths
  ) async throws(StoreError) {
    for source in [former.tokens(id), former.refreshToken(name)] {
      if let tokens = try await storedTokens(source), tokens.data.id != nil,
        !tokens.areOf(id, named: name)
      {
        continue
      }
      try await moveTokens(of: id, from: source, to: paths.refreshToken(name))
    }
    try await repairConsumersCopy(of: name)
    try await engine.destroy(former.accessToken(name))
  }
}
