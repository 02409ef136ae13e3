package import Model

/// JSON Schemas (draft 2020-12) of what a user writes, made from the catalog: editors complete and
/// check manifests with them, and give the same verdict as `vaultctl validate` where a schema can
/// judge at all.
package enum Schemas {
  static let dialect = "https://json-schema.org/draft/2020-12/schema"

  /// One document of a manifest.
  package static func connection(_ catalog: Catalog) -> String {
    ConnectionSchema(catalog).json.text
  }

  /// The project file.
  package static func project() -> String { ProjectSchema.json.text }

  static func described(_ description: String, _ entries: [(String, JSON)]) -> JSON {
    .object([("description", .string(description))] + entries)
  }

  /// A mapping with these keys and no others.
  static func closed(
    _ description: String, required: [String] = [], _ properties: [(String, JSON)],
    nullable: Bool = false, conditions: [(String, JSON)] = []
  ) -> JSON {
    described(
      description,
      [("type", nullable ? .strings(["object", "null"]) : .string("object"))]
        + (required.isEmpty ? [] : [("required", .strings(required))])
        + [("properties", .object(properties)), ("additionalProperties", .boolean(false))]
        + conditions)
  }

  static func list(_ description: String, _ items: JSON) -> JSON {
    described(description, [("type", .strings(["array", "null"])), ("items", items)])
  }

  static let text = JSON.object([("type", .string("string"))])

  static func constant(_ value: String) -> JSON { .object([("const", .string(value))]) }
}
