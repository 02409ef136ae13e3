/// What one read of a store gives.
package struct Snapshot: Sendable {
  package let actual: [ConnectionName: ActualConnection]
  package let applied: [ConnectionName: AppliedRecord]

  package init(
    actual: [ConnectionName: ActualConnection] = [:],
    applied: [ConnectionName: AppliedRecord] = [:]
  ) {
    self.actual = actual
    self.applied = applied
  }

  package var isEmpty: Bool { actual.isEmpty && applied.isEmpty }
}
