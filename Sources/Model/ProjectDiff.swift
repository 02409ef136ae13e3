package import Diagnostics

/// What differs between two states of a project's files, without a secret and without a store.
package struct ProjectDiff: Hashable, Sendable {
  /// Sorted by environment, the base first, then by name. A change that the base and an environment
  /// share is listed once, for the base.
  package let connections: [ConnectionDiff]
  /// Of the project file.
  package let settings: [SettingDiff]
  /// What flows use, by their names: `twilio.send_sms -> twilio-prod`.
  package let flows: [SettingDiff]
  /// In the order of `connections`.
  package let redirects: [ConnectionRedirect]

  package init(
    connections: [ConnectionDiff], settings: [SettingDiff], flows: [SettingDiff],
    redirects: [ConnectionRedirect] = []
  ) {
    self.connections = connections
    self.settings = settings
    self.flows = flows
    self.redirects = redirects
  }

  package var isEmpty: Bool { connections.isEmpty && settings.isEmpty && flows.isEmpty }
}

/// One connection that changed.
package struct ConnectionDiff: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case added, removed, changed
    case renamed(from: ConnectionName)
  }

  package let connection: ConnectionName
  /// `nil`: in the base, and in every environment that has no entry of its own.
  package let environment: String?
  package let app: AppID
  package let kind: Kind
  package let details: [DiffDetail]
  /// In the newer state; for what was removed in the older.
  package let location: Location

  package init(
    connection: ConnectionName, environment: String?, app: AppID, kind: Kind,
    details: [DiffDetail], location: Location
  ) {
    self.connection = connection
    self.environment = environment
    self.app = app
    self.kind = kind
    self.details = details
    self.location = location
  }
}

package enum DiffDetail: Hashable, Sendable {
  case app(from: AppID, to: AppID)
  /// A detail that plans have too; never that of a secret.
  case declared(ChangeDetail)
  case secret(FieldName, SecretDiff)
  case annotation(String, from: String?, to: String?)
  case ignored(added: [FieldName], removed: [FieldName])
}

/// What happened to a sealed field, according to the messages.
package struct SecretDiff: Hashable, Sendable {
  package enum Value: Hashable, Sendable {
    case set, removed
    /// Both messages were opened, and hold different values.
    case rotated
    /// Both messages were opened, and hold the same value.
    case reencrypted
    /// Another message, and no key available to compare.
    case changed
    /// The same message was in another field before; it opens only there.
    case moved(from: FieldAddress)
  }

  package let value: Value
  /// Ids of keys that the message is now for, and was not before; and the other way round.
  package let gained: [String]
  package let lost: [String]

  package init(_ value: Value, gained: [String] = [], lost: [String] = []) {
    self.value = value
    self.gained = gained
    self.lost = lost
  }
}

/// One setting of the project file, or one flow: texts that it gained and lost.
package struct SettingDiff: Hashable, Sendable {
  /// As in the file: `policy.failOn`, `recipients of connections/**`.
  package let name: String
  package let added: [String]
  package let removed: [String]

  package init(name: String, added: [String], removed: [String]) {
    self.name = name
    self.added = added
    self.removed = removed
  }
}

/// Two messages that may hold the same value.
package struct MessagePair: Hashable, Sendable {
  package let old: CiphertextDigest
  package let new: CiphertextDigest

  package init(old: CiphertextDigest, new: CiphertextDigest) {
    self.old = old
    self.new = new
  }
}
