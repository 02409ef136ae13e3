package import Model
package import Reports

/// What a page shows of one environment.
package struct PageView: Sendable {
  let planned: EnvironmentPlan
  let rows: [StatusRow]
  let desired: [DesiredConnection]
  let snapshot: Snapshot
  let catalog: Catalog
  let flows: [Flow]
  /// The store's log, oldest first; a connection that was not asked about has no entry.
  let events: [ConnectionName: [StoreEvent]]

  package init(
    planned: EnvironmentPlan, rows: [StatusRow], desired: [DesiredConnection],
    snapshot: Snapshot, catalog: Catalog, flows: [Flow],
    events: [ConnectionName: [StoreEvent]] = [:]
  ) {
    self.planned = planned
    self.rows = rows
    self.desired = desired
    self.snapshot = snapshot
    self.catalog = catalog
    self.flows = flows
    self.events = events
  }
}
