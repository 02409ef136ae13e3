import Encodings
package import Model
package import Stores

extension OpenBaoBackend: StoreUpgrade {
  /// 1. What a killed run of the previous format left is recovered.
  /// 2. The key is copied, unless there is one already: the records' digests are made with it.
  /// 3. Each record gets the owner; its tokens are copied, then removed from the previous place.
  ///
  /// The previous key stays where it is: other projects may have to copy it too.
  package func claim(
    _ names: Set<ConnectionName>, by provenance: Provenance
  ) async throws(StoreError) -> Set<ConnectionName> {
    guard let owner, let former else { return [] }
    if let sealed = try await OpenBaoKeyStorage(engine: engine, path: former.key).sealedKey() {
      _ = try await OpenBaoKeyStorage(engine: engine, path: paths.key).addSealedKey(sealed)
    }
    try await recoverFormerRun(former)
    var claimed: Set<ConnectionName> = []
    for name in names.sorted() {
      let entry = try await freshEntry(name)
      guard entry.metadata.isThere, let record = entry.record, record.owner == nil else { continue }
      try await moveTokens(entry.id(named: name), from: former)
      try await putRecord(record.owned(by: owner), name, over: entry)
      claimed.insert(name)
    }
    forgetEntries()
    return claimed
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

  /// Killed between the two writes, the copy is there and the original too; the next run sees that.
  private func moveTokens(_ id: StoreID, from former: KVPaths) async throws(StoreError) {
    let (old, new) = (former.tokens(id), paths.tokens(id))
    guard let metadata = try await engine.metadata(old), metadata.isThere,
      let data = try await engine.data(old)?.data
    else { return }
    if try await engine.metadata(new) == nil {
      try await engine.keepVersions(2, of: new)
      guard case .written = try await engine.put(new, data: Array(data.whole), after: 0) else {
        throw .writeFailed("the tokens of `\(id)` could not be copied")
      }
      var copy = TokenCopy(metadata.custom)
      copy.moved(to: 1)
      _ = try? await engine.putMetadata(new, custom: copy.texts, after: nil)
    }
    try await engine.destroy(old)
  }
}
