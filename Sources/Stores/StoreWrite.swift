package import Model
package import Secrets

/// One change with its opened values.
package struct StoreWrite: Sendable {
  package enum Action: Hashable, Sendable {
    case create
    case update(StoreID, from: StoreVersion)
    /// Writes the applied record alone; values in `fields` are not touched.
    case record(StoreID, at: StoreVersion)
    /// An update that changes the name as well; the id stays.
    case rename(StoreID, from: StoreVersion, formerly: ConnectionName)
    /// Deletes the old connection and creates a new one, in one transaction.
    case replace(StoreID, from: StoreVersion)
    case delete(StoreID, from: StoreVersion)
  }

  package let name: ConnectionName
  package let action: Action
  package let app: AppID
  package let setupType: SetupType?
  /// All fields that the connection has after the write. A field of the store that is not here
  /// is removed.
  package let fields: [FieldName: FieldWrite]
  package let labels: [String: String]
  package let scopes: Set<Scope>?
  /// The hosts that its secrets and tokens will be sent to; `nil` if that is not known.
  package let destinations: Set<Destination>?
  package let preventsDestroy: Bool
  package let provenance: Provenance
  /// The owner that the record will name; `nil` keeps the present one.
  package let owner: Owner?
  /// The id of a connection that this creates; `nil` for a new one.
  package let newID: StoreID?
  /// The version of the token record that a removal may take with it, 0 for none; `nil` for any.
  package let tokenVersion: Int64?

  package init(
    name: ConnectionName, action: Action, app: AppID, setupType: SetupType?,
    fields: [FieldName: FieldWrite], labels: [String: String] = [:], scopes: Set<Scope>? = nil,
    destinations: Set<Destination>? = nil, preventsDestroy: Bool = false, provenance: Provenance,
    owner: Owner? = nil, newID: StoreID? = nil, tokenVersion: Int64? = nil
  ) {
    self.name = name
    self.action = action
    self.app = app
    self.setupType = setupType
    self.fields = fields
    self.labels = labels
    self.scopes = scopes
    self.destinations = destinations
    self.preventsDestroy = preventsDestroy
    self.provenance = provenance
    self.owner = owner
    self.newID = newID
    self.tokenVersion = tokenVersion
  }

  /// The name that the store has the connection under before the write.
  package var formerName: ConnectionName {
    if case .rename(_, _, let former) = action { former } else { name }
  }

  /// Nothing that another owner applied is written to, whatever a plan says.
  package func requireOwn(_ before: AppliedRecord?) throws(StoreError) {
    if let owner, let other = before?.owner, !other.isSame(as: owner) {
      throw .ownedByOther(name, other)
    }
  }
}

/// What a write does to one field.
package enum FieldWrite: Sendable {
  case plain(PlainValue)
  /// A new value, and the digest of the ciphertext that it came from.
  case secret(SecretBytes, ciphertext: CiphertextDigest)
  /// The store's value stays; the record names this ciphertext from now on (the same as before,
  /// or the same value sealed again).
  case keep(ciphertext: CiphertextDigest)
  /// The store's value, or its absence, stays; so does the record of it.
  case leave
}
