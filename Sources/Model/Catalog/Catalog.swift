/// The apps that a connection can be for: what setups they take, what their actions need.
package struct Catalog: Hashable, Sendable {
  package let apps: [AppID: App]

  /// A later app replaces an earlier one of the same id.
  package init(_ apps: [App]) {
    self.apps = Dictionary(apps.map { ($0.id, $0) }) { _, later in later }
  }

  package subscript(app: AppID) -> App? { apps[app] }

  /// This catalog and a project's own apps.
  package func adding(_ own: [App]) -> Catalog {
    Catalog(apps.values + own)
  }
}

/// A service that connections can be made for.
package struct App: Hashable, Sendable {
  package let id: AppID
  /// As the service writes it: `Google Sheets`.
  package let name: String
  /// At least one; the first is what `new` scaffolds.
  package let setups: [SetupShape]
  package let actions: [FlowAction]
  /// `nil` where it is not known as an OAuth service.
  package let oauth: OAuthService?

  package init(
    id: AppID, name: String, setups: [SetupShape], actions: [FlowAction] = [],
    oauth: OAuthService? = nil
  ) {
    self.id = id
    self.name = name
    self.setups = setups
    self.actions = actions
    self.oauth = oauth
  }

  package func setup(_ type: SetupType) -> SetupShape? { setups.first { $0.type == type } }
}

/// The fields that one type of setup has.
package struct SetupShape: Hashable, Sendable {
  package let type: SetupType
  package let fields: [FieldShape]
  /// Whether it takes fields that are not listed; they count as secret unless
  /// `spec.publicFields` lists them.
  package let isOpen: Bool
  /// How it obtains tokens; `nil` where its credentials are used as they are.
  package let grant: OAuthGrant?

  package init(
    type: SetupType, fields: [FieldShape], isOpen: Bool = false, grant: OAuthGrant? = nil
  ) {
    self.type = type
    self.fields = fields
    self.isOpen = isOpen
    self.grant = grant
  }

  package subscript(field: FieldName) -> FieldShape? { fields.first { $0.name == field } }

  package func isSecret(_ field: FieldName, publicFields: Set<FieldName>) -> Bool {
    self[field]?.isSecret ?? !publicFields.contains(field)
  }

  /// The required fields that `given` lacks, in the catalog's order.
  package func missing(from given: some Collection<FieldName>) -> [FieldName] {
    fields.filter { $0.isRequired && !given.contains($0.name) }.map(\.name)
  }
}

/// What a flow's action needs from a connection.
package struct FlowAction: Hashable, Sendable {
  package enum Need: String, Hashable, Sendable, CaseIterable { case required, optional, none }

  /// Without the app: `send_sms`.
  package let name: String
  package let connection: Need
  /// What the connection's credentials must be granted, where the service's docs say it.
  package let scopes: [Scope]

  package init(_ name: String, connection: Need = .required, scopes: [Scope] = []) {
    self.name = name
    self.connection = connection
    self.scopes = scopes
  }
}
