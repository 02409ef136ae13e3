package import Model

/// The user's choices.
package struct PlanningOptions: Hashable, Sendable {
  /// Delete what we applied once and no manifest declares any more.
  package var prunes: Bool
  /// Take over declared connections that the store has without an applied record.
  package var adopts: Bool
  /// `nil`: all connections.
  package var targets: Set<ConnectionName>?
  /// The store's name in diagnostics.
  package var store: String
  /// Who plans; `nil` if the project has no id.
  package var owner: Owner?

  package init(
    prunes: Bool = false, adopts: Bool = false, targets: Set<ConnectionName>? = nil,
    store: String = "store", owner: Owner? = nil
  ) {
    self.prunes = prunes
    self.adopts = adopts
    self.targets = targets
    self.store = store
    self.owner = owner
  }

  func covers(_ name: ConnectionName) -> Bool { targets?.contains(name) ?? true }
}
