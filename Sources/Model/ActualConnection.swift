/// A connection as the store has it now. No secret is in it.
///
/// A class of constants: a plan passes thousands of these around, and passing a class counts one
/// reference instead of one for each property.
package final class ActualConnection: Sendable {
  package let id: StoreID
  package let name: ConnectionName
  package let app: AppID
  /// `nil` if the store holds no setup.
  package let setupType: SetupType?
  package let fields: [FieldName: ActualField]
  package let labels: [String: String]
  /// What the service granted, as recorded in the store; `nil` if nothing was ever recorded.
  package let grantedScopes: Set<Scope>?
  package let version: StoreVersion
  package let updatedAt: Timestamp
  /// What the store has and does not show; `nil` if it shows all but the secrets' values.
  package let unseen: Unseen?

  package enum Unseen: Hashable, Sendable {
    /// It changed since it was recorded, and the store does not show how.
    case change
    /// It has a setup that none of our records describes.
    case setup
  }

  package init(
    id: StoreID, name: ConnectionName, app: AppID, setupType: SetupType?,
    fields: [FieldName: ActualField], labels: [String: String] = [:],
    grantedScopes: Set<Scope>? = nil, version: StoreVersion, updatedAt: Timestamp,
    unseen: Unseen? = nil
  ) {
    self.id = id
    self.name = name
    self.app = app
    self.setupType = setupType
    self.fields = fields
    self.labels = labels
    self.grantedScopes = grantedScopes
    self.version = version
    self.updatedAt = updatedAt
    self.unseen = unseen
  }
}

/// One field in the store: a plain value, or the presence of a secret, with its version if the
/// store has one.
package enum ActualField: Hashable, Sendable {
  case plain(PlainValue)
  case secret(version: StoreVersion?)
}
