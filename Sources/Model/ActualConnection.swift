/// A connection as the store has it now. No secret is in it.
package struct ActualConnection: Hashable, Sendable {
  private struct Parts: Hashable {
    let id: StoreID
    let name: ConnectionName
    let app: AppID
    let setupType: SetupType?
    let fields: [FieldName: ActualField]
    let labels: [String: String]
    let grantedScopes: Set<Scope>?
    let version: StoreVersion
    let updatedAt: Timestamp
    let unseen: Unseen?
  }

  private let parts: Box<Parts>

  package var id: StoreID { parts.value.id }
  package var name: ConnectionName { parts.value.name }
  package var app: AppID { parts.value.app }
  /// `nil` where the store holds no setup.
  package var setupType: SetupType? { parts.value.setupType }
  package var fields: [FieldName: ActualField] { parts.value.fields }
  package var labels: [String: String] { parts.value.labels }
  /// What the service granted, as recorded in the store; `nil` where nothing was ever recorded.
  package var grantedScopes: Set<Scope>? { parts.value.grantedScopes }
  package var version: StoreVersion { parts.value.version }
  package var updatedAt: Timestamp { parts.value.updatedAt }
  /// What the store has and does not show; `nil` where it shows all but the secrets' values.
  package var unseen: Unseen? { parts.value.unseen }

  package enum Unseen: Hashable, Sendable {
    /// It was changed since it was recorded, and how does not show.
    case change
    /// It has a setup that no record of ours describes.
    case setup
  }

  package init(
    id: StoreID, name: ConnectionName, app: AppID, setupType: SetupType?,
    fields: [FieldName: ActualField], labels: [String: String] = [:],
    grantedScopes: Set<Scope>? = nil, version: StoreVersion, updatedAt: Timestamp,
    unseen: Unseen? = nil
  ) {
    parts = Box(
      Parts(
        id: id, name: name, app: app, setupType: setupType, fields: fields, labels: labels,
        grantedScopes: grantedScopes, version: version, updatedAt: updatedAt, unseen: unseen))
  }
}

/// One field in the store: a plain value, or that a secret is there, and at which version where
/// the store can tell.
package enum ActualField: Hashable, Sendable {
  case plain(PlainValue)
  case secret(version: StoreVersion?)
}

/// What one read of a store gives.
package struct Snapshot: Hashable, Sendable {
  package let actual: [ConnectionName: ActualConnection]
  package let applied: [ConnectionName: AppliedRecord]

  package init(
    actual: [ConnectionName: ActualConnection] = [:],
    applied: [ConnectionName: AppliedRecord] = [:]
  ) {
    self.actual = actual
    self.applied = applied
  }
}
