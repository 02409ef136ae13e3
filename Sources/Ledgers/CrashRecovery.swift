import Model
import Stores

/// Finds the results of the changes that a killed run intended.
struct CrashRecovery {
  private let byID: [StoreID: BackendConnection]
  private let byName: [ConnectionName: [BackendConnection]]
  /// Of all entries, the unreadable ones too.
  private let ids: Set<StoreID>

  /// - Parameter list: all of the backend, as it is now.
  init(_ list: BackendList) {
    byID = Dictionary(list.connections.map { ($0.id, $0) }) { first, _ in first }
    byName = list.connections.reduce(into: [:]) { byName, connection in
      if let name = connection.name { byName[name, default: []].append(connection) }
    }
    ids = Set(byID.keys).union(list.unreadable.keys)
  }

  /// - A create whose connection exists was done: it is ours, with what was meant. If several of its
  ///   name are that young, none is: which is ours is a person's decision.
  /// - An update that moved the version may be ours: what the record says of the values stays, so
  ///   the next plan writes them again.
  /// - A delete whose connection does not exist was done.
  func recover(
    _ intent: JournaledIntent, of run: LedgerRun, by provenance: Provenance,
    in entries: inout [ConnectionName: LedgerEntry]
  ) {
    let name = intent.connection
    switch intent.kind {
    case .create, .replace:
      if let id = intent.id, ids.contains(id) { return }
      entries[name] = nil
      let young = (byName[name] ?? []).filter {
        $0.createdAt.milliseconds >= run.holder.since.milliseconds - 300_000
      }
      guard let found = young.first, young.count == 1 else { return }
      let draft =
        intent.draft
        ?? AppliedRecord(
          storeID: "", version: "", app: found.app, setupType: nil, fields: [:],
          provenance: provenance)
      entries[name] = LedgerEntry(record: draft.moved(to: found))
    case .update, .record:
      move(name, to: name, intent, in: &entries)
    case .rename:
      guard let former = intent.formerName else { return }
      let isDone = intent.id.flatMap { byID[$0]?.name } == name
      move(former, to: isDone ? name : former, intent, in: &entries)
    case .delete:
      if let id = intent.id, !ids.contains(id) { entries[name] = nil }
    }
  }

  /// The record for the current version, possibly under another name.
  private func move(
    _ former: ConnectionName, to name: ConnectionName, _ intent: JournaledIntent,
    in entries: inout [ConnectionName: LedgerEntry]
  ) {
    guard let id = intent.id, let found = byID[id], var entry = entries[former],
      let record = entry.record
    else { return }
    entry.record = record.moved(to: found)
    entries[former] = nil
    entries[name] = entry
  }
}

extension AppliedRecord {
  /// The record for a connection of the backend, at its current version.
  fileprivate func moved(to found: BackendConnection) -> AppliedRecord {
    let fields = fields.mapValues { field -> AppliedField in
      guard case .sealed(let ciphertext, let value, _) = field else { return field }
      return .sealed(
        ciphertext: ciphertext, value: storeID == found.id ? value : nil, version: found.version)
    }
    return moved(to: found.id, at: found.version, fields: fields)
  }
}
