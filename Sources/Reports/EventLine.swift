package import Model

/// One event of a store, as a line of JSON.
package struct EventLine: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    case applied, renamed, deleted, refreshed, authorized, revoked, failed, drifted
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

  /// What a store's log says; `nil` for what changes nothing that a consumer has.
  package init?(what: String, connection: String, at: Timestamp, who: String, version: Int64?) {
    let kind: Kind? =
      switch what {
      case "create", "update": .applied
      case "delete": .deleted
      case "scopes": .scopes
      case "token minted", "token refreshed": .refreshed
      case "authorized": .authorized
      case "revoked": .revoked
      case "token failed", "token stopped": .failed
      case _ where what.hasPrefix("rename from "): .renamed
      default: nil
      }
    guard let kind else { return nil }
    self.init(kind, connection: connection, at: at, who: who, version: version.map { "\($0)" })
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
