/// One line of a store's log.
package struct StoreEvent: Hashable, Sendable {
  package let at: Timestamp
  package let who: String
  package let kind: Kind
  package let connection: String?
  package let version: Int64?
  package let commit: String?

  package init(
    at: Timestamp, who: String, kind: Kind, connection: String?, version: Int64?, commit: String?
  ) {
    self.at = at
    self.who = who
    self.kind = kind
    self.connection = connection
    self.version = version
    self.commit = commit
  }
}

extension StoreEvent {
  /// What happened to a connection.
  package enum Kind: Hashable, Sendable {
    case created, updated, recorded, deleted
    /// The connection has this name from then on.
    case renamed(to: ConnectionName)
    /// The connection had this name until then.
    case renamedFrom(ConnectionName)
    case rolledBack(to: StoreVersion)
    /// Another tool wrote it, or another owner of the store.
    case foreignWrite
    /// The lock of an apply was taken from a holder that was gone or silent.
    case lockTakenOver(from: String)
    /// The store has a different log from the one that was read until then, as a restore leaves it.
    case storeReplaced
    /// What a service granted was recorded.
    case grantRecorded
    case token(TokenEvent)
    /// A version of a store that keeps versions and no log.
    case version(StoreVersion, StoredVersion.State)
    /// Written by a newer vaultctl, or by another tool.
    case other(String)
  }
}

extension StoreEvent.Kind {
  private static let renamedTo = "rename to "
  private static let renamedFrom = "rename from "
  private static let rolledBackTo = "rollback to "
  package static let takenOverFrom = "lock taken over from "

  /// The text of a store's log.
  package var stored: String {
    switch self {
    case .created: "create"
    case .updated: "update"
    case .recorded: "record"
    case .deleted: "delete"
    case .renamed(let name): Self.renamedTo + name.rawValue
    case .renamedFrom(let name): Self.renamedFrom + name.rawValue
    case .rolledBack(let version): Self.rolledBackTo + version.rawValue
    case .foreignWrite: "foreign write"
    case .lockTakenOver(let who): Self.takenOverFrom + who
    case .storeReplaced: "store replaced"
    case .grantRecorded: "scopes"
    case .token(let event): event.rawValue
    case .version(let version, let state):
      switch state {
      case .present, .kept: "version \(version)"
      case .deleted, .destroyed: "version \(version) (\(state.rawValue))"
      }
    case .other(let text): text
    }
  }

  /// The kind that a store's log names; any text has one.
  package init(stored text: String) {
    func rest(after prefix: String) -> String? {
      text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
    }
    switch text {
    case "create": self = .created
    case "update": self = .updated
    case "record": self = .recorded
    case "delete": self = .deleted
    case "scopes": self = .grantRecorded
    case "foreign write": self = .foreignWrite
    case "store replaced": self = .storeReplaced
    default:
      if let event = TokenEvent(rawValue: text) {
        self = .token(event)
      } else if let name = rest(after: Self.renamedTo).flatMap({ ConnectionName($0) }) {
        self = .renamed(to: name)
      } else if let name = rest(after: Self.renamedFrom).flatMap({ ConnectionName($0) }) {
        self = .renamedFrom(name)
      } else if let version = rest(after: Self.rolledBackTo), !version.isEmpty {
        self = .rolledBack(to: StoreVersion(version))
      } else if let who = rest(after: Self.takenOverFrom), !who.isEmpty {
        self = .lockTakenOver(from: who)
      } else {
        self = .other(text)
      }
    }
  }
}
