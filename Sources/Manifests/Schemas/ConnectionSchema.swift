import Model

/// The schema of a connection document: one frame, and a setup for each app.
struct ConnectionSchema {
  private let apps: [App]
  /// What the project's connections declare beside what the catalog's actions need.
  private let scopes: [AppID: Set<Scope>]

  init(_ catalog: Catalog, scopes: [AppID: Set<Scope>] = [:]) {
    apps = catalog.apps.values.sorted { $0.id < $1.id }
    self.scopes = scopes
  }

  var json: JSON {
    [
      "$schema": .string(Schemas.dialect),
      "title": "vaultctl connection",
      "description": "A vault connection: named credentials for one app.",
      "type": "object",
      "required": ["apiVersion", "kind", "metadata", "spec"],
      "properties": [
        "apiVersion": Schemas.constant(apiVersion), "kind": Schemas.constant("Connection"),
        "metadata": Self.metadata, "spec": spec,
      ],
      "additionalProperties": false,
      "$defs": ["sealed": Self.sealed],
    ]
  }

  /// What a text must be to name a connection.
  static let nameText: JSON.Members = [
    "minLength": 1, "maxLength": .number(ConnectionName.maxLength),
    "pattern":
      #"^(?!\.\.?$)[^\s\u0000-\u001f\u007f-\u009f]([^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f])?$"#,
  ]

  private static var metadata: JSON {
    Schemas.closed(
      "Identifies the connection.", required: ["name"],
      [
        "name": Schemas.described(
          "Unique in the store; 1 to \(ConnectionName.maxLength) characters.",
          ["type": "string"] + Self.nameText),
        "renamedFrom": Schemas.described(
          "Previous names; the connection in the store is renamed.",
          [
            "type": ["string", "array", "null"],
            "items": .object(["type": "string"] + Self.nameText),
          ] + Self.nameText),
        "labels": Schemas.described(
          "Key-value pairs for selecting connections; kept in the store.",
          [
            "type": ["object", "null"],
            "propertyNames": ["pattern": "^[A-Za-z0-9._/-]{1,63}$"],
            "additionalProperties": ["type": "string", "maxLength": 255],
          ]),
        "annotations": Schemas.described(
          "Key-value pairs for people and tools; kept in the manifest only.",
          ["type": ["object", "null"], "additionalProperties": Schemas.text]),
      ])
  }

  private var spec: JSON {
    Schemas.described(
      "The connection itself.",
      [
        "type": "object", "required": ["app"],
        "properties": .object(frame), "additionalProperties": false,
        "allOf": .array(apps.map(rule)),
      ])
  }

  /// The members of `spec`, whatever the app is.
  var frame: JSON.Members {
    [
      "app": Schemas.described(
        "The service that the connection logs in to.",
        ["enum": .strings(apps.map(\.id.rawValue))]),
      "setup": Schemas.described(
        "The credentials. If absent or null, the connection is empty.",
        ["type": ["object", "null"]]),
      "scopes": Schemas.described(
        "Scopes that the service must grant.",
        [
          "type": ["array", "null"],
          "items": [
            "type": "string",
            "pattern": #"^[^\s\u0000-\u001f\u007f-\u009f]+$"#,
          ],
          "uniqueItems": true,
        ]),
      "publicFields": Schemas.list(
        "Fields unknown to the catalog that are not secret.", Schemas.text),
      "ignore": Schemas.list(
        "Fields that are written on create and ignored afterwards.", Schemas.text),
      "lifecycle": Schemas.closed(
        "Restrictions on apply.",
        [
          "preventDestroy": Schemas.described(
            "Refuse any change that would delete the connection.", ["type": "boolean"])
        ], nullable: true),
    ]
  }

  /// If the app is this one, its setup is one of the app's.
  private func rule(_ app: App) -> JSON {
    let types: JSON = ["enum": .strings(app.setups.map(\.type.rawValue))]
    let shapes = app.setups.map { shape -> JSON in
      [
        "if": ["properties": ["type": Schemas.constant(shape.type.rawValue)]],
        "then": setup(shape, app),
      ]
    }
    return [
      "if": [
        "properties": ["app": Schemas.constant(app.id.rawValue)],
        "required": ["app"],
      ],
      "then": [
        "properties": .object(
          [
            "setup": [
              "if": ["type": "object"],
              "then": [
                "required": ["type"],
                "properties": ["type": types], "allOf": .array(shapes),
              ],
            ]
          ] + knownScopes(of: app))
      ],
    ]
  }

  /// Scopes that editors propose; any other is right, too.
  func knownScopes(of app: App) -> JSON.Members {
    let known = Set(app.actions.flatMap(\.scopes)).union(scopes[app.id] ?? [])
    if known.isEmpty { return [:] }
    let names: JSON = ["enum": .strings(known.sorted().map(\.rawValue))]
    return ["scopes": ["items": ["anyOf": [names, Schemas.text]]]]
  }

  func setup(_ shape: SetupShape, _ app: App) -> JSON {
    let fields = JSON.Members(shape.fields.map { ($0.name.rawValue, field($0)) })
    return [
      "title": "\(app.name): \(shape.type)",
      "properties": .object(["type": Schemas.constant(shape.type.rawValue)] + fields),
      "additionalProperties": shape.isOpen
        ? ["type": ["string", "number", "boolean", "null"]] : false,
    ]
  }

  private func field(_ shape: FieldShape) -> JSON {
    let words = [shape.isRequired ? "Required" : "Optional"] + (shape.isSecret ? ["secret"] : [])
    let sealed: JSON = ["$ref": "#/$defs/sealed"]
    let choices =
      shape.isSecret
      ? [sealed, Schemas.null] : [plain(shape.constraint), sealed, Schemas.null]
    return Schemas.described(
      words.joined(separator: ", ") + ".", ["anyOf": .array(choices)])
  }

  private func plain(_ constraint: ValueConstraint) -> JSON {
    var rules: JSON.Members = ["type": "string"]
    if !constraint.oneOf.isEmpty { rules += ["enum": .strings(constraint.oneOf)] }
    rules += ["minLength": .number(constraint.minLength)]
    if let maxLength = constraint.maxLength { rules += ["maxLength": .number(maxLength)] }
    if let format = constraint.format { rules += ["pattern": .string(format.pattern)] }
    return .object(rules)
  }

  static let sealed: JSON = Schemas.described(
    "An OpenPGP message; `vaultctl encrypt` seals the value in place.",
    [
      "type": "string",
      "pattern": #"^\s*-----BEGIN PGP MESSAGE-----"#,
    ])
}
