package import Model
package import Stores

extension LedgeredBackend: StoreUpgrade {
  /// Moves entries from the previous ledger, which all projects of one name shared, to the owner's.
  ///
  /// They are written here before they are removed there: killed in between, both have them, and this
  /// ledger counts.
  package func claim(
    _ names: Set<ConnectionName>, by provenance: Provenance
  ) async throws(StoreError) -> Set<ConnectionName> {
    guard let owner, let former else { return [] }
    let old = try former.read()
    if let run = old.contents.state.run {
      throw .refused("an apply of an earlier version by \(run.holder.who) has not ended")
    }
    var entries = old.contents.entries
    let recovery = CrashRecovery(try await backend.list())
    for run in old.contents.state.interrupted {
      for intent in run.intents { recovery.recover(intent, of: run, by: provenance, in: &entries) }
    }
    let claimed = entries.filter { names.contains($0.key) && $0.value.record != nil }
    if claimed.isEmpty, old.contents.state.interrupted.isEmpty { return [] }

    let key = old.contents.key
    await lock.markChanged()
    try await lock.save(isShared: true) { contents in
      // Digests that were made with another key say nothing.
      let isSameKey = contents.key == nil || contents.key == key
      contents.key = contents.key ?? key
      for (name, entry) in claimed where contents.entries[name]?.record == nil {
        var entry = entry
        let record = entry.record?.owned(by: owner)
        entry.record = isSameKey ? record : record?.withoutDigests
        contents.entries[name] = entry
      }
    }
    var rest = old.contents
    rest.entries = entries.filter { claimed[$0.key] == nil }
    rest.state.interrupted = []
    _ = try former.move(
      from: old, on: old, to: rest, message: "ledger: \(claimed.count) claimed by \(owner)\n",
      by: provenance, isShared: true)
    return Set(claimed.keys)
  }
}

extension AppliedRecord {
  fileprivate var withoutDigests: AppliedRecord {
    AppliedRecord(
      owner: owner, storeID: storeID, version: version, app: app, setupType: setupType,
      fields: fields.mapValues { field in
        guard case .sealed(let ciphertext, _, let version) = field else { return field }
        return .sealed(ciphertext: ciphertext, value: nil, version: version)
      }, labels: labels, scopes: scopes, preventsDestroy: preventsDestroy, provenance: provenance)
  }
}
