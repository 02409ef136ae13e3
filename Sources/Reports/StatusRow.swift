package import Model

/// One row of the status table.
package struct StatusRow: Hashable, Sendable {
  /// The state that a connection's line shows; the worst that applies.
  package enum State: String, Hashable, Sendable {
    case ready, empty, drifted, conflict
    case scopeDrift = "scope drift"
    /// Declared, and not in the store or not as declared.
    case pending
    /// In the store, no longer declared.
    case orphaned
    /// In the store, and not created by us.
    case unmanaged
    /// Applied by another project or environment, or not claimed yet.
    case foreign
  }

  package let name: ConnectionName
  package let app: AppID
  package let state: State
  /// The required fields that an empty connection lacks.
  package let missing: [FieldName]
  package let version: StoreVersion?
  package let updatedAt: Timestamp?
  /// `nil` if it has none.
  package let tokens: Tokens?

  package struct Tokens: Hashable, Sendable {
    package let state: ConnectionState
    package let endsAt: Timestamp?
    /// When it stops working even if renewed; `nil` if it renews itself indefinitely.
    package let endsForGood: Timestamp?
    /// When the service was last known to accept them.
    package let verifiedAt: Timestamp?
    /// Whether a renewal can fix it, without a person.
    package let isRecoverable: Bool

    package init(
      state: ConnectionState, endsAt: Timestamp?, endsForGood: Timestamp?,
      verifiedAt: Timestamp?, isRecoverable: Bool
    ) {
      self.state = state
      self.endsAt = endsAt
      self.endsForGood = endsForGood
      self.verifiedAt = verifiedAt
      self.isRecoverable = isRecoverable
    }
  }

  package init(
    name: ConnectionName, app: AppID, state: State, missing: [FieldName] = [],
    version: StoreVersion?, updatedAt: Timestamp?, tokens: Tokens? = nil
  ) {
    self.name = name
    self.app = app
    self.state = state
    self.missing = missing
    self.version = version
    self.updatedAt = updatedAt
    self.tokens = tokens
  }
}
