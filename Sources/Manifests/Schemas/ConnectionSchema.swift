import Model

/// The schema of a connection document: one frame, and a setup for each app.
struct ConnectionSchema {
  private let apps: [App]

  init(_ catalog: Catalog) { apps = catalog.apps.values.sorted { $0.id < $1.id } }

  var json: JSON {
    .object([
      ("$schema", .string(Schemas.dialect)),
      ("title", .string("vaultctl connection")),
      ("description", .string("A vault connection: named credentials for one app.")),
      ("type", .string("object")),
      ("required", .strings(["apiVersion", "kind", "metadata", "spec"])),
      (
        "properties",
        .object([
          ("apiVersion", Schemas.constant(apiVersion)), ("kind", Schemas.constant("Connection")),
          ("metadata", metadata), ("spec", spec),
        ])
      ),
      ("additionalProperties", .boolean(false)),
      ("$defs", .object([("sealed", Self.sealed)])),
    ])
  }

  private var metadata: JSON {
    Schemas.closed(
      "Who the connection is.", required: ["name"],
      [
        (
          "name",
          Schemas.described(
            "Unique in the store; 1 to \(ConnectionName.maxLength) characters.",
            [
              ("type", .string("string")), ("minLength", .number(1)),
              ("maxLength", .number(ConnectionName.maxLength)),
              (
                "pattern",
                .string(
                  #"^[^\s\u0000-\u001f\u007f-\u009f]([^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f])?$"#
                )
              ),
            ])
        ),
        (
          "renamedFrom",
          Schemas.described(
            "Names that it had before; the store's connection is renamed.",
            [("type", .strings(["string", "array", "null"])), ("items", Schemas.text)])
        ),
        (
          "labels",
          Schemas.described(
            "Texts to choose connections by; they go into the store.",
            [
              ("type", .strings(["object", "null"])),
              (
                "propertyNames",
                .object([("pattern", .string("^[A-Za-z0-9._/-]{1,63}$"))])
              ),
              (
                "additionalProperties",
                .object([("type", .string("string")), ("maxLength", .number(255))])
              ),
            ])
        ),
        (
          "annotations",
          Schemas.described(
            "Texts for people and tools; they stay in the manifest.",
            [("type", .strings(["object", "null"])), ("additionalProperties", Schemas.text)])
        ),
      ])
  }

  private var spec: JSON {
    let frame: [(String, JSON)] = [
      (
        "app",
        Schemas.described(
          "The service that the connection is for.",
          [("enum", .strings(apps.map(\.id.rawValue)))])
      ),
      (
        "setup",
        Schemas.described(
          "The credentials; absent or null: the connection is empty.",
          [("type", .strings(["object", "null"]))])
      ),
      (
        "scopes",
        Schemas.described(
          "What the service must have granted.",
          [
            ("type", .strings(["array", "null"])),
            (
              "items",
              .object([
                ("type", .string("string")),
                ("pattern", .string(#"^[^\s\u0000-\u001f\u007f-\u009f]+$"#)),
              ])
            ),
            ("uniqueItems", .boolean(true)),
          ])
      ),
      (
        "publicFields",
        Schemas.list("Fields that the catalog does not know and that are no secret.", Schemas.text)
      ),
      (
        "ignore",
        Schemas.list("Fields that are left to others once the connection is there.", Schemas.text)
      ),
      (
        "lifecycle",
        Schemas.closed(
          "What an apply must not do.",
          [
            (
              "preventDestroy",
              Schemas.described(
                "Refuse what would delete the connection.", [("type", .string("boolean"))])
            )
          ], nullable: true)
      ),
    ]
    return Schemas.described(
      "What the connection is.",
      [
        ("type", .string("object")), ("required", .strings(["app"])),
        ("properties", .object(frame)), ("additionalProperties", .boolean(false)),
        ("allOf", .array(apps.map(rule))),
      ])
  }

  /// If the app is this one, its setup is one of the app's.
  private func rule(_ app: App) -> JSON {
    let types = JSON.object([("enum", .strings(app.setups.map(\.type.rawValue)))])
    let shapes = app.setups.map { shape in
      JSON.object([
        (
          "if",
          .object([("properties", .object([("type", Schemas.constant(shape.type.rawValue))]))])
        ),
        ("then", setup(shape, app)),
      ])
    }
    return .object([
      (
        "if",
        .object([
          ("properties", .object([("app", Schemas.constant(app.id.rawValue))])),
          ("required", .strings(["app"])),
        ])
      ),
      (
        "then",
        .object([
          (
            "properties",
            .object([
              (
                "setup",
                .object([
                  (
                    "if", .object([("type", .string("object"))])
                  ),
                  (
                    "then",
                    .object([
                      ("required", .strings(["type"])),
                      ("properties", .object([("type", types)])), ("allOf", .array(shapes)),
                    ])
                  ),
                ])
              )
            ])
          )
        ])
      ),
    ])
  }

  private func setup(_ shape: SetupShape, _ app: App) -> JSON {
    let fields: [(String, JSON)] = shape.fields.map { ($0.name.rawValue, field($0)) }
    return .object(
      [
        ("title", .string("\(app.name): \(shape.type)")),
        ("properties", .object([("type", Schemas.constant(shape.type.rawValue))] + fields)),
      ]
        + [
          (
            "additionalProperties",
            shape.isOpen
              ? .object([("type", .strings(["string", "number", "boolean", "null"]))])
              : .boolean(false)
          )
        ])
  }

  private func field(_ shape: FieldShape) -> JSON {
    let words = [shape.isRequired ? "Required" : "Optional"] + (shape.isSecret ? ["secret"] : [])
    let null = JSON.object([("type", .string("null"))])
    let sealed = JSON.object([("$ref", .string("#/$defs/sealed"))])
    let choices = shape.isSecret ? [sealed, null] : [plain(shape.constraint), sealed, null]
    return Schemas.described(
      words.joined(separator: ", ") + ".", [("anyOf", .array(choices))])
  }

  private func plain(_ constraint: ValueConstraint) -> JSON {
    var rules: [(String, JSON)] = [("type", .string("string"))]
    if !constraint.oneOf.isEmpty { rules.append(("enum", .strings(constraint.oneOf))) }
    rules.append(("minLength", .number(constraint.minLength)))
    if let maxLength = constraint.maxLength { rules.append(("maxLength", .number(maxLength))) }
    if let format = constraint.format { rules.append(("pattern", .string(format.pattern))) }
    return .object(rules)
  }

  private static let sealed = Schemas.described(
    "An OpenPGP message: sealed in place by `vaultctl encrypt`.",
    [
      ("type", .string("string")),
      ("pattern", .string(#"^\s*-----BEGIN PGP MESSAGE-----"#)),
    ])
}
