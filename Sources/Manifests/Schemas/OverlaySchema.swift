import Model

/// The schema of an environment's document: a merge patch (RFC 7396) over the base's document of its name, or
/// a connection of that environment alone. So nothing is required, and `null` removes.
struct OverlaySchema {
  private let connections: ConnectionSchema
  private let apps: [App]
  private let base: [SchemaConnection]

  /// - Parameter base: what an overlay may change.
  init(_ catalog: Catalog, base: [SchemaConnection], scopes: [AppID: Set<Scope>]) {
    connections = ConnectionSchema(catalog, scopes: scopes)
    apps = catalog.apps.values.sorted { $0.id < $1.id }
    self.base = base
  }

  var json: JSON {
    [
      "$schema": .string(Schemas.dialect),
      "title": "vaultctl overlay",
      "description": "What an environment changes of a connection, or a connection of its own.",
      "type": "object",
      "required": ["apiVersion", "kind", "metadata"],
      "properties": [
        "apiVersion": Schemas.constant(apiVersion), "kind": Schemas.constant("Connection"),
        "metadata": metadata, "spec": spec,
      ],
      "additionalProperties": false,
      "allOf": .array(base.compactMap(rule)),
      "$defs": ["sealed": ConnectionSchema.sealed],
    ]
  }

  private var metadata: JSON {
    let text = JSON.object(["type": "string"] + ConnectionSchema.nameText)
    let names: JSON = ["enum": .strings(base.map(\.name.rawValue))]
    let values: JSON = ["type": ["string", "null"]]
    return Schemas.closed(
      "Identifies the connection.", required: ["name"],
      [
        "name": Schemas.described(
          "A connection of the base, or a new one.",
          ["anyOf": base.isEmpty ? [text] : [names, text]]),
        "renamedFrom": ["type": ["string", "array", "null"]],
        "labels": Schemas.described(
          "Labels to add or change; null removes one.",
          ["type": ["object", "null"], "additionalProperties": values]),
        "annotations": Schemas.described(
          "Annotations to add or change; null removes one.",
          ["type": ["object", "null"], "additionalProperties": values]),
      ])
  }

  private var spec: JSON {
    Schemas.described(
      "What differs; null removes the connection from the environment.",
      [
        "type": ["object", "null"], "properties": .object(connections.frame),
        "additionalProperties": false, "allOf": .array(apps.map(rule)),
      ])
  }

  /// A document that names an app has its setups.
  private func rule(_ app: App) -> JSON {
    [
      "if": [
        "type": "object", "properties": ["app": Schemas.constant(app.id.rawValue)],
        "required": ["app"],
      ],
      "then": ["properties": members(of: app, type: nil)],
    ]
  }

  /// A document without an app has the one of the base.
  private func rule(_ connection: SchemaConnection) -> JSON? {
    guard let app = apps.first(where: { $0.id == connection.app }) else { return nil }
    return [
      "if": [
        "properties": [
          "metadata": ["properties": ["name": Schemas.constant(connection.name.rawValue)]],
          "spec": ["type": "object", "not": ["required": ["app"]]],
        ],
        "required": ["metadata", "spec"],
      ],
      "then": ["properties": ["spec": ["properties": members(of: app, type: connection.setup)]]],
    ]
  }

  /// - Parameter type: of the setup that a document without a type changes.
  private func members(of app: App, type: SetupType?) -> JSON {
    var shapes = app.setups.map { shape -> JSON in
      [
        "if": [
          "properties": ["type": Schemas.constant(shape.type.rawValue)], "required": ["type"],
        ],
        "then": connections.setup(shape, app),
      ]
    }
    if let shape = type.flatMap(app.setup) {
      shapes.append(
        ["if": ["not": ["required": ["type"]]], "then": connections.setup(shape, app)])
    }
    let types: JSON = ["enum": .strings(app.setups.map(\.type.rawValue))]
    return .object(
      [
        "setup": [
          "if": ["type": "object"],
          "then": ["properties": ["type": types], "allOf": .array(shapes)],
        ]
      ] + connections.knownScopes(of: app))
  }
}
