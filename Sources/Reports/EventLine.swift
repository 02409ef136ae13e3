package import Diagnostics
package import Model

/// One event of a store, as a line of JSON.
package struct EventLine: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    case applied, renamed, deleted, refreshed, authorized, revoked, failed, drifted
    /// An older version was restored.
    case rolledBack = "rolled-back"
    /// Written by another tool, or by another owner of the store.
    case foreignWrite = "foreign-write"
    /// An apply took the store's lock from one that was gone or silent.
    case lockTakenOver = "lock-taken-over"
    /// The store was replaced by another one, as a restore does.
    case storeReplaced = "store-replaced"
    /// It stops working within a day unless a person consents.
    case expiring
    /// What a service granted was recorded.
    case scopes
  }

  package let kind: Kind
  /// `nil` for what concerns the whole store.
  package let connection: String?
  package let at: Timestamp
  package let who: String?
  package let version: String?

  package init(
    _ kind: Kind, connection: String?, at: Timestamp, who: String?, version: String?
  ) {
    self.kind = kind
    self.connection = connection
    self.at = at
    self.who = who
    self.version = version
  }

  /// `nil` for an unknown event, or one that changes nothing for a consumer.
  package init?(_ event: StoreEvent) {
    guard let kind = Kind(event.kind), event.connection != nil || kind.isOfStore else { return nil }
    self.init(
      kind, connection: event.connection, at: event.at, who: event.who == "-" ? nil : event.who,
      version: event.version.map { "\($0)" })
  }

  /// For people.
  package var text: TerminalText {
    let name: TerminalText = connection.map { " \($0)" } ?? ""
    let version: TerminalText = version.map { ", version \($0)" } ?? ""
    return "\(at) \(kind.rawValue)\(name)\(version)\(who.map { " by \($0)" } ?? "")\n"
  }

  /// For programs.
  package var json: JSONReport {
    struct Form: Encodable {
      let at: String
      let connection: String?
      let event: String
      let version: String?
      let who: String?
    }
    let form = Form(
      at: at.description, connection: connection, event: kind.rawValue, version: version, who: who)
    return JSONReport(form)
  }
}

extension EventLine.Kind {
  /// Whether it concerns the whole store.
  fileprivate var isOfStore: Bool { self == .lockTakenOver || self == .storeReplaced }

  fileprivate init?(_ kind: StoreEvent.Kind) {
    switch kind {
    case .created, .updated: self = .applied
    case .deleted: self = .deleted
    case .renamedFrom: self = .renamed
    case .rolledBack: self = .rolledBack
    case .foreignWrite: self = .foreignWrite
    case .lockTakenOver: self = .lockTakenOver
    case .storeReplaced: self = .storeReplaced
    case .grantRecorded: self = .scopes
    case .token(let event):
      switch event {
      case .minted, .refreshed: self = .refreshed
      case .authorized: self = .authorized
      case .revoked: self = .revoked
      case .failed, .stopped: self = .failed
      }
    // The new name has an event of its own; a record alone changes no connection.
    case .renamed, .recorded, .version, .other: return nil
    }
  }
}
