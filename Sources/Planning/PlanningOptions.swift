package import Model

/// The user's choices.
package struct PlanningOptions: Hashable, Sendable {
  /// Delete what we applied once and no manifest declares any more.
  package var prunes: Bool
  /// Take over declared connections that the store has without an applied record.
  package var adopts: Bool
  /// The connections whose unchanged secrets may go to a new destination.
  package var allowedRedirects: Set<ConnectionName>
  /// The connections that the user names; a run resolves them to `targets`.
  package var selection: ConnectionSelection
  /// `nil`: all connections.
  package var targets: Set<ConnectionName>?
  /// Delete everything that we applied, whatever is declared.
  package var destroys: Bool
  /// The store's name in diagnostics.
  package var store: String
  /// Who plans; `nil` if the project has no id.
  package var owner: Owner?

  package init(
    prunes: Bool = false, adopts: Bool = false,
    allowedRedirects: Set<ConnectionName> = [], selection: ConnectionSelection = .all,
    targets: Set<ConnectionName>? = nil, destroys: Bool = false,
    store: String = "store", owner: Owner? = nil
  ) {
    self.prunes = prunes
    self.adopts = adopts
    self.allowedRedirects = allowedRedirects
    self.selection = selection
    self.targets = targets
    self.destroys = destroys
    self.store = store
    self.owner = owner
  }

  func covers(_ name: ConnectionName) -> Bool { targets?.contains(name) ?? true }
}
