import Model

/// The schema of `vaultctl.yaml`.
struct ProjectSchema {
  /// Keys that editors propose; any other is right, too.
  let recipients: [SchemaRecipient]

  private static let id = "^[a-z][a-z0-9_]{0,54}$"
  static let path: JSON = Schemas.described(
    "A path relative to the project file, without `..`.",
    [
      "type": "string", "minLength": 1,
      "pattern": #"^(?!/)(?!(.*/)?\.\.(/|$))[^\u0000-\u001f\u007f-\u009f]+$"#,
    ])
  private var fingerprint: JSON {
    let text: JSON.Members = [
      "type": "string",
      "pattern": "^ *([0-9A-Fa-f] *){40}(([0-9A-Fa-f] *){24})?$",
    ]
    let known = recipients.map { Schemas.described($0.name, ["const": .string($0.fingerprint)]) }
    return Schemas.described(
      "A key's full fingerprint.",
      known.isEmpty ? text : ["anyOf": .array(known + [.object(text)])])
  }

  var json: JSON {
    [
      "$schema": .string(Schemas.dialect),
      "title": "vaultctl project",
      "description":
        "Where connections are declared, who can decrypt their secrets, and which store they are applied to.",
      "type": "object",
      "required": ["apiVersion", "kind", "name", "recipients"],
      "properties": .object(properties),
      "additionalProperties": false,
      "if": [
        "properties": ["signing": Schemas.constant("required")],
        "required": ["signing"],
      ],
      "then": [
        "properties": [
          "signers": ["type": "array", "minItems": 1]
        ],
        "required": ["signers"],
      ],
    ]
  }

  private var properties: JSON.Members {
    [
      "apiVersion": Schemas.constant(apiVersion), "kind": Schemas.constant("Project"),
      "name": Schemas.described(
        "The project's name; every sealed value contains it.",
        ["type": "string", "pattern": .string(Self.name)]),
      "id": Schemas.described(
        "Random; names the owner of applied records. Written by `vaultctl init`.",
        ["type": "string", "pattern": "^[a-z0-9]{16,64}$"]),
      "manifests": Schemas.list("Files and folders that declare connections.", Self.path),
      "recipients": Schemas.described(
        "Keys that can decrypt secrets, by file; the first matching rule applies.",
        ["type": "array"] + rules),
      "store": StoreSchema.json,
      "environments": Schemas.described(
        "Environments, each in its own part of the base's store or in a store of its own, with an overlay over the base; selected with --env. \(Environment.reservedNamesSummary) are reserved names.",
        [
          "type": ["object", "null"],
          "propertyNames": .object(environmentName),
          "additionalProperties": environment,
        ]),
      "tokens": Schemas.closed(
        "How long before expiry tokens are renewed, and where a response is kept until its tokens are saved.",
        [
          "marginSeconds": OAuthSchema.count(
            .renewalMargin,
            "Renew this many seconds before expiry, or up to half as many earlier (default: 900)."),
          "marginPercent": OAuthSchema.count(
            .renewalMarginPercent,
            "What `marginSeconds` may be at most, in percent of the lifetime (default: 25)."),
          "journal": Schemas.described(
            "`store` for machines without a disk: in OpenBao, sealed under the store's key.",
            ["enum": .array(TokenJournal.allCases.map { .string($0.rawValue) } + [.null])]),
        ], nullable: true),
      "tls": OAuthSchema.authorities,
      "flows": Schemas.list("Globs of flow definitions, one flow per JSON file.", Self.path),
      "policy": Schemas.closed(
        "Policy for plans in CI.",
        [
          "failOn": Schemas.list(
            "Findings that fail a plan.",
            ["enum": .strings(FindingKind.allCases.map(\.rawValue))])
        ], nullable: true),
      "signing": Schemas.described(
        "Whether every sealed value must be signed by one of the signers.",
        ["enum": ["required", "optional", nil]]),
      "signers": Schemas.list("Keys whose signatures are accepted.", fingerprint),
      "apps": Schemas.described(
        "The project's own apps, in the format of the catalog.",
        [
          "type": ["object", "null"],
          "propertyNames": ["pattern": .string(Self.id)],
          "additionalProperties": Self.app,
        ]),
    ]
  }

  private static let name = "^[a-z0-9][a-z0-9._-]{0,99}$"

  private var rules: JSON.Members {
    [
      "minItems": 1,
      "items": Schemas.closed(
        "A rule.", required: ["keys"],
        [
          "path": ["anyOf": [Self.path, Schemas.null]],
          "keys": [
            "type": "array", "minItems": 1, "items": fingerprint,
            "uniqueItems": true,
          ],
        ]),
    ]
  }

  private var environmentName: JSON.Members {
    [
      "pattern": .string(Self.name),
      "not": ["enum": .array(Environment.reservedNames.map { .string($0) })],
    ]
  }

  private var environment: JSON {
    Schemas.closed(
      "An environment.",
      [
        "id": Schemas.described(
          "The name that it had first, by which its store, records and sealed values are found. Written by `vaultctl rename-environment`.",
          environmentName + ["type": ["string", "null"]]),
        "store": StoreSchema.json,
        "recipients": Schemas.described(
          "Recipient rules for its files, tried before the project's.",
          ["type": ["array", "null"]] + rules),
        "overlay": ["anyOf": [Self.path, Schemas.null]],
      ], nullable: true)
  }

  private static var app: JSON {
    Schemas.closed(
      "An app.", required: ["setups"],
      [
        "name": ["type": ["string", "null"]],
        "setups": [
          "type": "array", "minItems": 1, "items": setup,
        ],
        "actions": Schemas.list(
          "Actions that flows perform with the app.",
          Schemas.closed(
            "An action.", required: ["action"],
            [
              "action": Schemas.text,
              "connection": ["enum": .strings(FlowAction.Need.allCases.map(\.rawValue))],
              "scopes": Schemas.list("Scopes that the action requires.", Schemas.text),
            ])),
        "oauth": OAuthSchema.json,
      ])
  }

  private static var setup: JSON {
    Schemas.closed(
      "A setup.", required: ["type"],
      [
        "type": ["type": "string", "pattern": .string(id)],
        "open": Schemas.described(
          "Whether other fields are accepted.", ["type": ["boolean", "null"]]),
        "fields": ["type": ["array", "null"], "items": field],
        "grant": Schemas.described(
          "How the setup obtains tokens.",
          ["enum": .array(OAuthGrant.allCases.map { .string($0.rawValue) } + [.null])]),
      ])
  }

  private static var field: JSON {
    let length = OAuthSchema.count(.fieldLength)
    let truth: JSON = ["type": ["boolean", "null"]]
    return Schemas.closed(
      "A field.", required: ["name"],
      [
        "name": [
          "type": "string", "pattern": .string(id),
          "not": Schemas.constant("type"),
        ],
        "required": truth, "secret": truth, "minLength": length, "maxLength": length,
        "oneOf": ["type": "array", "items": Schemas.text],
        "format": ["enum": .strings(ValueFormat.allCases.map(\.rawValue))],
      ])
  }
}
