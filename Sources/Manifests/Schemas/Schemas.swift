package import Model

/// JSON Schemas (draft 2020-12) of the files that users write, generated from the catalog: editors
/// complete and check manifests with them, and give the same verdict as `vaultctl validate` if a
/// schema can express the rule.
package enum Schemas {
  static let dialect = "https://json-schema.org/draft/2020-12/schema"

  /// One document of a manifest.
  ///
  /// - Parameter connections: those of the project, whose scopes editors propose.
  package static func connection(
    _ catalog: Catalog, connections: [SchemaConnection] = []
  ) -> String {
    ConnectionSchema(catalog, scopes: scopes(connections)).json.text
  }

  /// One document of an environment.
  ///
  /// - Parameter base: the connections that it may change.
  package static func overlay(_ catalog: Catalog, base: [SchemaConnection] = []) -> String {
    OverlaySchema(catalog, base: base, scopes: scopes(base)).json.text
  }

  /// The project file.
  ///
  /// - Parameter recipients: keys that editors propose.
  package static func project(recipients: [SchemaRecipient] = []) -> String {
    ProjectSchema(recipients: recipients).json.text
  }

  private static func scopes(_ connections: [SchemaConnection]) -> [AppID: Set<Scope>] {
    connections.reduce(into: [:]) { $0[$1.app, default: []].formUnion($1.scopes) }
  }

  static func described(_ description: String, _ members: JSON.Members) -> JSON {
    .object(["description": .string(description)] + members)
  }

  /// A mapping with these keys and no others.
  static func closed(
    _ description: String, required: [String] = [], _ properties: JSON.Members,
    nullable: Bool = false, conditions: JSON.Members = [:]
  ) -> JSON {
    var members: JSON.Members = ["type": nullable ? ["object", "null"] : "object"]
    if !required.isEmpty { members += ["required": .strings(required)] }
    members += ["properties": .object(properties), "additionalProperties": false]
    return described(description, members + conditions)
  }

  static func list(_ description: String, _ items: JSON) -> JSON {
    described(description, ["type": ["array", "null"], "items": items])
  }

  static var text: JSON { ["type": "string"] }
  static var null: JSON { ["type": "null"] }

  static func constant(_ value: String) -> JSON { ["const": .string(value)] }
}
