/// What one read of a store gives.
package struct Snapshot: Sendable {
  package let actual: [ConnectionName: ActualConnection]
  package let applied: [ConnectionName: AppliedRecord]
  /// What the store has and `actual` cannot hold; it concerns nothing else.
  package let foreignEntries: [ForeignEntry]

  package init(
    actual: [ConnectionName: ActualConnection] = [:],
    applied: [ConnectionName: AppliedRecord] = [:], foreignEntries: [ForeignEntry] = []
  ) {
    self.actual = actual
    self.applied = applied
    self.foreignEntries = foreignEntries
  }

  package var isEmpty: Bool { actual.isEmpty && applied.isEmpty }

  /// The entries that are in the way of a connection: what would be done to it is uncertain.
  package func blockers(of connection: DesiredConnection) -> [ForeignEntry] {
    if foreignEntries.isEmpty { return [] }
    let names = Set([connection.name] + connection.formerNames)
    return foreignEntries.filter { entry in
      entry.connection.map { names.contains($0) && actual[$0] == nil } ?? false
    }
  }
}
