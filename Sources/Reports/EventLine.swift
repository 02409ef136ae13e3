package import Model

/// One event of a store, as a line of JSON.
package struct EventLine: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    case applied, renamed, deleted, refreshed, authorized, revoked, failed, drifted
    /// An older version was restored.
    case rolledBack = "rolled-back"
    /// It stops working within a day unless a person consents.
    case expiring
    /// What a service granted was recorded.
    case scopes
  }

  package let kind: Kind
  package let connection: String
  package let at: Timestamp
  package let who: String?
  package let version: String?

  package init(
    _ kind: Kind, connection: String, at: Timestamp, who: String?, version: String?
  ) {
    self.kind = kind
    self.connection = connection
    self.at = at
    self.who = who
    self.version = version
  }

  /// `nil` for an unknown event, or one that changes nothing for a consumer.
  package init?(_ event: StoreEvent) {
    guard let connection = event.connection, let kind = Kind(event.kind) else { return nil }
    self.init(
      kind, connection: connection, at: event.at, who: event.who,
      version: event.version.map { "\($0)" })
  }

  /// On one line, its keys sorted.
  package var json: MachineText {
    struct Form: Encodable {
      let at: String
      let connection: String
      let event: String
      let version: String?
      let who: String?
    }
    let form = Form(
      at: at.description, connection: connection, event: kind.rawValue, version: version, who: who)
    return MachineText(json: ((try? canonicalJSON(form)) ?? "{}") + "\n")
  }
}

extension EventLine.Kind {
  fileprivate init?(_ kind: StoreEvent.Kind) {
    switch kind {
    case .created, .updated: self = .applied
    case .deleted: self = .deleted
    case .renamedFrom: self = .renamed
    case .rolledBack: self = .rolledBack
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
