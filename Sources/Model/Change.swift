package import Diagnostics

/// What happens to one connection.
package struct Change: Hashable, Sendable, Codable {
  package let connection: ConnectionName
  package let app: AppID
  package let action: ChangeAction
  package let reason: ChangeReason
  /// What changes, in the catalog's order if there is one, else by name.
  package let details: [ChangeDetail]
  /// Of the connection in the manifest; for a delete `nil`.
  package let location: Location?
  /// The affected flows, by name.
  package let reach: [FlowUse]

  package init(
    connection: ConnectionName, app: AppID, action: ChangeAction, reason: ChangeReason,
    details: [ChangeDetail], location: Location?, reach: [FlowUse] = []
  ) {
    self.connection = connection
    self.app = app
    self.action = action
    self.reason = reason
    self.details = details
    self.location = location
    self.reach = reach
  }
}

/// The store's id and version are those seen by the plan; a write compares and swaps on them.
package enum ChangeAction: Hashable, Sendable, Codable {
  case create
  case update(StoreID, from: StoreVersion)
  /// Only the applied record is written: the store's values stay as they are.
  case record(StoreID, at: StoreVersion)
  /// A store cannot change a connection's app: delete it and create another.
  case replace(StoreID, from: StoreVersion, app: AppID)
  case delete(StoreID, from: StoreVersion)
  /// The store's connection gets another name, keeps its id, and is otherwise updated.
  case rename(StoreID, from: StoreVersion, formerly: ConnectionName)
  /// A connection without an applied record is taken over and set to what is declared.
  case adopt(StoreID, from: StoreVersion)
}

extension ChangeAction {
  /// Whether the store's connection ceases to exist, and with it the id that flows refer to, and its
  /// tokens.
  package var endsConnection: Bool {
    switch self {
    case .delete, .replace: true
    case .create, .update, .record, .rename, .adopt: false
    }
  }
}

/// Why a change is planned.
package enum ChangeReason: Hashable, Sendable, Codable {
  /// The manifest changed.
  case declared
  /// The manifest is as applied, the store is not.
  case drifted
  /// Both changed.
  case conflicting
  /// No manifest declares it any more.
  case noLongerDeclared
  /// The user wants everything deleted.
  case destroyed
  case notInStore
  /// It has an applied record, and the store no longer has it.
  case lostInStore
  case appChanged
  case renamed
  case unmanaged
}

/// One thing that changes in a connection.
package enum ChangeDetail: Hashable, Sendable, Codable {
  case setupType(from: SetupType?, to: SetupType?)
  case plain(FieldName, from: PlainValue?, to: PlainValue?)
  case secret(FieldName, SecretChange)
  case scopes(added: [Scope], removed: [Scope])
  case label(String, from: String?, to: String?)
  /// `lifecycle.preventDestroy` is set or lifted.
  case preventDestroy(Bool)
  /// The hosts that its secrets and tokens are sent to, sorted.
  case destinations(added: [Destination], removed: [Destination])
  /// The current tokens do not fit what is applied.
  case reauthorize(Reauthorization)
}

/// Who obtains new tokens for a connection.
package enum Reauthorization: String, Hashable, Sendable, Codable {
  /// The apply does.
  case byItself
  case byPerson
}

/// What happens to a secret field; never with a value.
package enum SecretChange: String, Hashable, Sendable, Codable {
  case set, rotated, reencrypted, removed
  /// Written again because the store's value is no longer the one that was applied.
  case restored
  /// Another ciphertext and no key available to compare.
  case undecided = "changed"
}

/// The result of opening and comparing two values.
package enum SecretComparison: Hashable, Sendable {
  case same, different
}
