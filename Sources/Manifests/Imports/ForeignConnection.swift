/// A connection as another tool has it. Its texts may be secrets: they only go into sealed messages.
package struct ForeignConnection: Hashable, Sendable {
  package let name: String
  /// In any case: `HTTP`, `http`.
  package let app: String
  /// `nil` if the tool does not say.
  package let type: String?
  package let fields: [String: String]
  package let scopes: [String]?
  package let labels: [String: String]
  package let preventsDestroy: Bool
  /// The store's id; `nil` if the tool does not say.
  package let id: String?
  /// The store's version when the tool last read it; `nil` if the tool does not say.
  package let version: String?
  /// Where it is in the source, for people: `auth0_flow_vault_connection.crm`.
  package let origin: String
  /// What the source has of it and is not taken, and why, for people.
  package let left: [String]

  package init(
    name: String, app: String, type: String? = nil, fields: [String: String] = [:],
    scopes: [String]? = nil, labels: [String: String] = [:], preventsDestroy: Bool = false,
    id: String? = nil, version: String? = nil, origin: String, left: [String] = []
  ) {
    self.name = name
    self.app = app
    self.type = type
    self.fields = fields
    self.scopes = scopes
    self.labels = labels
    self.preventsDestroy = preventsDestroy
    self.id = id
    self.version = version
    self.origin = origin
    self.left = left
  }

  /// An object of the Management API, as deploy-cli, Terraform and the dashboard write it: `name`,
  /// `app_id`, `setup` with its `type`.
  ///
  /// - Returns: `nil` if it has no name or no app.
  init?(_ data: ImportedData, origin: String) {
    guard let name = data["name"]?.text, let app = data["app_id", "appId"]?.text else { return nil }
    var fields = ForeignFields()
    fields.take(data["setup"], named: "setup")
    self.init(
      name: name, app: app, type: fields.type, fields: fields.texts, id: data["id"]?.text,
      version: data["fingerprint"]?.text, origin: origin, left: fields.left)
  }
}
