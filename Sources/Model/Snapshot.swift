/// What one read of a store gives.
package struct Snapshot: Sendable {
  package let actual: [ConnectionName: ActualConnection]
  package let applied: [ConnectionName: AppliedRecord]
  /// The records of connections that others applied; these are in neither of the above.
  package let foreign: [ConnectionName: AppliedRecord]
  /// Connections whose records have no owner yet and must be claimed; in neither of the above.
  package let unclaimed: Set<ConnectionName>
  /// What the store has and `actual` cannot hold; it concerns nothing else.
  package let foreignEntries: [ForeignEntry]
  /// Why it cannot be shown here that the records are authentic; `nil` if they are.
  package let doubt: String?
  private let entriesByName: [ConnectionName: [ForeignEntry]]

  package init(
    actual: [ConnectionName: ActualConnection] = [:],
    applied: [ConnectionName: AppliedRecord] = [:], foreign: [ConnectionName: AppliedRecord] = [:],
    unclaimed: Set<ConnectionName> = [], foreignEntries: [ForeignEntry] = [],
    doubt: String? = nil
  ) {
    self.doubt = doubt
    self.actual = actual
    self.applied = applied
    self.foreign = foreign
    self.unclaimed = unclaimed
    self.foreignEntries = foreignEntries
    entriesByName = foreignEntries.reduce(into: [:]) { entries, entry in
      if let name = entry.connection { entries[name, default: []].append(entry) }
    }
  }

  package var isEmpty: Bool { actual.isEmpty && applied.isEmpty }

  /// How much is in neither: of others, of nobody, or no connection.
  package var others: Int { foreign.count + unclaimed.count + foreignEntries.count }

  /// What concerns one owner.
  ///
  /// - Parameter claimsAll: records without an owner are the owner's, because it alone uses the store.
  package func owned(by owner: Owner, claimsAll: Bool) -> Snapshot {
    var foreign = foreign
    var unclaimed = unclaimed
    for (name, record) in applied {
      if let other = record.owner {
        if !other.isSame(as: owner) { foreign[name] = record }
      } else if !claimsAll {
        unclaimed.insert(name)
      }
    }
    if foreign.isEmpty, unclaimed.isEmpty { return self }
    let isOurs = { (name: ConnectionName) in foreign[name] == nil && !unclaimed.contains(name) }
    return Snapshot(
      actual: actual.filter { isOurs($0.key) }, applied: applied.filter { isOurs($0.key) },
      foreign: foreign, unclaimed: unclaimed, foreignEntries: foreignEntries, doubt: doubt)
  }

  /// The same, with a reason why it cannot be shown here that the records are authentic.
  package func doubted(_ reason: String?) -> Snapshot {
    Snapshot(
      actual: actual, applied: applied, foreign: foreign, unclaimed: unclaimed,
      foreignEntries: foreignEntries, doubt: reason)
  }

  /// The entries that are in the way of a connection: what would be done to it is uncertain.
  package func blockers(of connection: DesiredConnection) -> [ForeignEntry] {
    if foreignEntries.isEmpty { return [] }
    return Set([connection.name] + connection.formerNames).sorted()
      .filter { actual[$0] == nil }.flatMap { entriesByName[$0] ?? [] }
  }
}
