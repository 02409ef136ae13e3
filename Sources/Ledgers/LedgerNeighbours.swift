import Model
import Stores

/// What other ledgers have about the backend of a ledger.
package struct LedgerNeighbours: Sendable {
  /// The ledgers of other owners.
  package var others: [LedgerContents] = []
  /// The ledger by its name before records had owners.
  package var previous: [LedgerContents] = []

  package init() {}
}

extension Ledger {
  /// Connections that the backend has and this ledger does not know: foreign if another owner's
  /// ledger does, unclaimed if the previous one does.
  ///
  /// - Parameter previous: the ledger by its previous name; `nil` for a ledger without an owner.
  func setApart(
    _ snapshot: Snapshot, previous: Self?, isOffline: Bool
  ) throws(StoreError) -> Snapshot {
    guard let previous else { return snapshot }
    let neighbours = try neighbours(previous, isOffline: isOffline)
    var owners: [StoreID: (name: ConnectionName, record: AppliedRecord)] = [:]
    for (name, record) in neighbours.others.flatMap(\.records) {
      owners[record.storeID] = (name, record)
    }
    let unclaimed = neighbours.previous.flatMap(\.records)
    let unclaimedIDs = Set(unclaimed.map(\.value.storeID))
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
