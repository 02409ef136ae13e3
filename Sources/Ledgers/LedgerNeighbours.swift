import Model
import Stores

/// The records that other ledgers have of the same backend: those of other owners, and those of the
/// previous ledger, which names no owner.
struct LedgerNeighbours<Records: Ledger>: Sendable {
  let ledger: Records
  /// The ledger by its previous name; `nil` for a ledger without an owner.
  let former: Records?

  /// Connections that the backend has and this ledger does not know: foreign if another owner's
  /// ledger does, unclaimed if the previous one does.
  func setApart(_ snapshot: Snapshot, isOffline: Bool) throws(StoreError) -> Snapshot {
    guard let former else { return snapshot }
    var owners: [StoreID: (name: ConnectionName, record: AppliedRecord)] = [:]
    for contents in try ledger.others(isOffline: isOffline) {
      for (name, record) in contents.records { owners[record.storeID] = (name, record) }
    }
    let unclaimed = try former.read(isOffline: isOffline).contents.records
    let unclaimedIDs = Set(unclaimed.values.map(\.storeID))
    if owners.isEmpty, unclaimed.isEmpty { return snapshot }

    let ours = Set(snapshot.applied.values.map(\.storeID))
    var foreign: [ConnectionName: AppliedRecord] = [:]
    var names: Set<ConnectionName> = []
    var actual = snapshot.actual
    for (name, connection) in snapshot.actual where !ours.contains(connection.id) {
      if let other = owners[connection.id] {
        foreign[name] = other.record
        actual[name] = nil
      } else if unclaimedIDs.contains(connection.id) {
        names.insert(name)
        actual[name] = nil
      }
    }
    if isOffline {
      // Without the backend, the ledgers alone are the source.
      for (name, record) in unclaimed where !ours.contains(record.storeID) { names.insert(name) }
      for (id, other) in owners where !ours.contains(id) { foreign[other.name] = other.record }
    }
    return Snapshot(
      actual: actual, applied: snapshot.applied, foreign: foreign, unclaimed: names,
      foreignEntries: snapshot.foreignEntries)
  }
}
