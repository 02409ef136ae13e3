import Model

/// The schema of `vaultctl.yaml`.
enum ProjectSchema {
  private static let id = "^[a-z][a-z0-9_]{0,54}$"
  static let path = Schemas.described(
    "Relative to the project file, without `..`.",
    [
      ("type", .string("string")), ("minLength", .number(1)),
      ("pattern", .string(#"^(?!/)(?!(.*/)?\.\.(/|$))[^\u0000-\u001f\u007f-\u009f]+$"#)),
    ])
  private static let fingerprint = Schemas.described(
    "A key's full fingerprint.",
    [
      ("type", .string("string")),
      ("pattern", .string("^ *([0-9A-Fa-f] *){40}(([0-9A-Fa-f] *){24})?$")),
    ])

  static var json: JSON {
    .object([
      ("$schema", .string(Schemas.dialect)),
      ("title", .string("vaultctl project")),
      ("description", .string("Where connections are declared, who can open them, and the store.")),
      ("type", .string("object")),
      ("required", .strings(["apiVersion", "kind", "name", "recipients"])),
      ("properties", .object(properties)),
      ("additionalProperties", .boolean(false)),
      (
        "if",
        .object([
          ("properties", .object([("signing", Schemas.constant("required"))])),
          ("required", .strings(["signing"])),
        ])
      ),
      (
        "then",
        .object([
          (
            "properties",
            .object([
              ("signers", .object([("type", .string("array")), ("minItems", .number(1))]))
            ])
          ),
          ("required", .strings(["signers"])),
        ])
      ),
    ])
  }

  private static var properties: [(String, JSON)] {
    [
      ("apiVersion", Schemas.constant(apiVersion)), ("kind", Schemas.constant("Project")),
      (
        "name",
        Schemas.described(
          "Goes into every sealed value.",
          [("type", .string("string")), ("pattern", .string(name))])
      ),
      ("manifests", Schemas.list("Files and folders with connections.", path)),
      (
        "recipients",
        Schemas.described(
          "Who can open the secrets of which files; the first rule that matches counts.",
          [("type", .string("array"))] + rules)
      ),
      ("store", StoreSchema.json),
      (
        "environments",
        Schemas.described(
          "Stores of their own, with documents that lie over the base's; chosen by --env.",
          [
            ("type", .strings(["object", "null"])),
            (
              "propertyNames",
              .object([("pattern", .string(name)), ("not", Schemas.constant("all"))])
            ),
            ("additionalProperties", environment),
          ])
      ),
      (
        "tokens",
        Schemas.closed(
          "When tokens are renewed: so long before they end.",
          [
            ("marginSeconds", OAuthSchema.count(.renewalMargin)),
            ("marginPercent", OAuthSchema.count(.renewalMarginPercent)),
          ], nullable: true)
      ),
      ("flows", Schemas.list("Globs of flow definitions, one JSON file a flow.", path)),
      (
        "policy",
        Schemas.closed(
          "What CI does not let pass.",
          [
            (
              "failOn",
              Schemas.list(
                "Findings of a plan that fail it.",
                .object([("enum", .strings(FindingKind.allCases.map(\.rawValue)))]))
            )
          ], nullable: true)
      ),
      (
        "signing",
        Schemas.described(
          "Whether every sealed value must carry a signer's signature.",
          [("enum", .array([.string("required"), .string("optional"), .null]))])
      ),
      ("signers", Schemas.list("Whose signatures count.", fingerprint)),
      (
        "apps",
        Schemas.described(
          "Apps of the project's own, in the catalog's shape.",
          [
            ("type", .strings(["object", "null"])),
            ("propertyNames", .object([("pattern", .string(id))])),
            ("additionalProperties", app),
          ])
      ),
    ]
  }

  private static let name = "^[a-z0-9][a-z0-9._-]{0,99}$"

  private static var rules: [(String, JSON)] {
    [
      ("minItems", .number(1)),
      (
        "items",
        Schemas.closed(
          "A rule.", required: ["keys"],
          [
            ("path", .object([("anyOf", .array([path, null]))])),
            (
              "keys",
              .object([
                ("type", .string("array")), ("minItems", .number(1)), ("items", fingerprint),
                ("uniqueItems", .boolean(true)),
              ])
            ),
          ])
      ),
    ]
  }

  private static var environment: JSON {
    Schemas.closed(
      "An environment.",
      [
        ("store", StoreSchema.json),
        (
          "recipients",
          Schemas.described(
            "Rules for its files, before the project's.",
            [("type", .strings(["array", "null"]))] + rules)
        ),
        ("overlay", .object([("anyOf", .array([path, null]))])),
      ], nullable: true)
  }

  static let null = JSON.object([("type", .string("null"))])

  private static var app: JSON {
    Schemas.closed(
      "An app.", required: ["setups"],
      [
        ("name", .object([("type", .strings(["string", "null"]))])),
        (
          "setups",
          .object([
            ("type", .string("array")), ("minItems", .number(1)), ("items", setup),
          ])
        ),
        (
          "actions",
          Schemas.list(
            "What flows do with it.",
            Schemas.closed(
              "An action.", required: ["action"],
              [
                ("action", Schemas.text),
                (
                  "connection",
                  .object([("enum", .strings(FlowAction.Need.allCases.map(\.rawValue)))])
                ),
                ("scopes", Schemas.list("What the action needs.", Schemas.text)),
              ]))
        ),
        ("oauth", OAuthSchema.json),
      ])
  }

  private static var setup: JSON {
    Schemas.closed(
      "A setup.", required: ["type"],
      [
        ("type", .object([("type", .string("string")), ("pattern", .string(id))])),
        (
          "open",
          Schemas.described(
            "Whether other fields may stand in it.", [("type", .strings(["boolean", "null"]))])
        ),
        ("fields", .object([("type", .strings(["array", "null"])), ("items", field)])),
        (
          "grant",
          Schemas.described(
            "How it comes to tokens.",
            [("enum", .array(OAuthGrant.allCases.map { .string($0.rawValue) } + [.null]))])
        ),
      ])
  }

  private static var field: JSON {
    let length = OAuthSchema.count(.fieldLength)
    let truth = JSON.object([("type", .strings(["boolean", "null"]))])
    return Schemas.closed(
      "A field.", required: ["name"],
      [
        (
          "name",
          .object([
            ("type", .string("string")), ("pattern", .string(id)),
            ("not", Schemas.constant("type")),
          ])
        ),
        ("required", truth), ("secret", truth), ("minLength", length), ("maxLength", length),
        (
          "oneOf",
          .object([("type", .string("array")), ("items", Schemas.text)])
        ),
        ("format", .object([("enum", .strings(ValueFormat.allCases.map(\.rawValue)))])),
      ])
  }
}
