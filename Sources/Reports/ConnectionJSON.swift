import Diagnostics
package import Model

/// One connection for programs: its desired and actual states, and its history; never a value of a
/// secret.
package enum ConnectionJSON {
  package static func text(
    name: ConnectionName, app: AppID?, declared: DesiredConnection?, actual: ActualConnection?,
    applied: AppliedRecord?, events: [ConnectionText.Event]
  ) -> JSONReport {
    JSONReport(
      Form(
        name: name.rawValue, app: app?.rawValue, declared: declared.map(Declared.init),
        stored: actual.map(Stored.init), applied: applied.map(Applied.init),
        events: events.map(Event.init)))
  }

  private struct Form: Encodable {
    let name: String
    let app: String?
    let declared: Declared?
    let stored: Stored?
    let applied: Applied?
    let events: [Event]
  }

  private struct Field: Encodable {
    let secret: Bool
    /// Of a field that is not secret.
    var value: String?
    /// The ids of the keys that a sealed value is addressed to.
    var addressed_to: [String]?
    /// The store's version since which a secret is as it is.
    var version: String?
  }

  private struct Declared: Encodable {
    let file: String
    let line: Int?
    let setup_type: String?
    let fields: [String: Field]
    let scopes: [String]?

    init(_ connection: DesiredConnection) {
      file = connection.origin.file
      line = connection.origin.nameLocation.range?.start.line
      setup_type = connection.setup?.type.rawValue
      let all = (connection.setup?.fields ?? [:]).map { field, value in
        switch value {
        case .plain(let value): (field.rawValue, Field(secret: false, value: value.text))
        case .sealed(let message):
          (field.rawValue, Field(secret: true, addressed_to: message.keyIDs))
        }
      }
      fields = Dictionary(all) { first, _ in first }
      scopes = connection.scopes?.sorted().map(\.rawValue)
    }
  }

  private struct Stored: Encodable {
    let version: String
    let updated_at: String
    let setup_type: String?
    let fields: [String: Field]
    let granted_scopes: [String]?

    init(_ connection: ActualConnection) {
      version = connection.version.rawValue
      updated_at = connection.updatedAt.description
      setup_type = connection.setupType?.rawValue
      let all = connection.fields.map { field, value in
        switch value {
        case .plain(let value): (field.rawValue, Field(secret: false, value: value.text))
        case .secret(let version):
          (field.rawValue, Field(secret: true, version: version?.rawValue))
        }
      }
      fields = Dictionary(all) { first, _ in first }
      granted_scopes = connection.grantedScopes?.sorted().map(\.rawValue)
    }
  }

  private struct Applied: Encodable {
    let at: String
    let who: String
    let commit: String?
    let destinations: [String]

    init(_ record: AppliedRecord) {
      at = record.provenance.at.description
      who = record.provenance.who
      commit = record.provenance.commit
      destinations = (record.destinations ?? []).sorted().map(\.summary)
    }
  }

  private struct Event: Encodable {
    let at: String
    let who: String
    let what: String
    let commit: String?

    init(_ event: ConnectionText.Event) {
      at = event.at.description
      who = event.who
      what = event.what
      commit = event.commit
    }
  }
}
