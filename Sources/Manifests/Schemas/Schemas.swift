package import Model

/// JSON Schemas (draft 2020-12) of the files that users write, generated from the catalog: editors
/// complete and check manifests with them, and give the same verdict as `vaultctl validate` if a
/// schema can express the rule.
package enum Schemas {
  static let dialect = "https://json-schema.org/draft/2020-12/schema"

  /// One document of a manifest.
  package static func connection(_ catalog: Catalog) -> String {
    ConnectionSchema(catalog).json.text
  }

  /// The project file.
  package static func project() -> String { ProjectSchema.json.text }

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
