import Model

/// The schema of `store:`, in a project file and in its environments.
enum StoreSchema {
  private static let server = "^" + CredentialURL.pattern(hasFields: false) + "/*$"
  private static let enginePath =
    #"^(?!\.\.?(/|$))[A-Za-z0-9._-]+(/(?!\.\.?(/|$))[A-Za-z0-9._-]+)*$"#

  /// The keys of one type, beside `type` and `ledger`.
  private struct StoreType {
    let name: String
    let required: [String]
    let optional: [String]

    init(_ name: String, required: [String] = [], optional: [String]) {
      self.name = name
      self.required = required
      self.optional = optional
    }

    var keys: [String] { required + optional }
  }

  private static let types = [
    StoreType("sqlite", optional: ["path"]),
    StoreType("auth0", required: ["domain"], optional: ["baseURL", "credentialsCommand"]),
    StoreType(
      "openbao",
      optional: ["address", "namespace", "mount", "prefix", "login", "credentialsCommand"]),
  ]

  static var json: JSON {
    Schemas.closed(
      "Where connections are applied to.", required: ["type"],
      [
        "type": ["enum": .strings(types.map(\.name))],
        "ledger": ledger,
        "path": nullable(file),
        "domain": Schemas.described(
          "The tenant's domain, such as acme.eu.auth0.com.", ["type": "string"]),
        "baseURL": text(server, "The tenant's API, if not at its domain."),
        "address": text(server, "Server (default: BAO_ADDR or VAULT_ADDR)."),
        "namespace": text(enginePath, "Namespace (default: BAO_NAMESPACE or VAULT_NAMESPACE)."),
        "mount": text(enginePath, "A KV version 2 engine (default: secret)."),
        "prefix": text(enginePath, "Path below the mount (default: vaultctl)."),
        "login": login,
        "credentialsCommand": Schemas.list(
          "Command that prints credentials as lines NAME=value.", Schemas.text),
      ], nullable: true, conditions: ["allOf": .array(types.map(rule))])
  }

  /// If the type is this one, its required keys are present, and no other type's.
  private static func rule(_ type: StoreType) -> JSON {
    let others = types.flatMap(\.keys).filter { !type.keys.contains($0) }
    let known = others.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    return [
      "if": [
        "properties": ["type": Schemas.constant(type.name)],
        "required": ["type"],
      ],
      "then": [
        "required": .strings(type.required),
        "properties": .object(JSON.Members(known.map { ($0, false) })),
      ],
    ]
  }

  private static var ledger: JSON {
    Schemas.described(
      "Where applied records are kept; `git` is a ref in this repository.",
      [
        "anyOf": [
          Schemas.constant("git"), Schemas.null,
          Schemas.closed(
            "In git.", required: ["type"],
            [
              "type": Schemas.constant("git"),
              "keys": Schemas.list(
                "Ids of keys: the ledger's must be one of them, or have replaced one.",
                ["type": "string", "pattern": "^[0-9A-Fa-f]{32}$"]),
            ]),
          Schemas.closed(
            "In a file.", required: ["type", "path"],
            ["type": Schemas.constant("sqlite"), "path": file]),
        ]
      ])
  }

  private static let file: JSON = Schemas.described(
    "A file: a path relative to the project file, without `..`, or an absolute one.",
    [
      "type": "string", "minLength": 1,
      "pattern": #"^(?!/*$)(?!(.*/)?\.\.(/|$))[^\u0000-\u001f\u007f-\u009f]+$"#,
    ])

  private static var login: JSON {
    func method(_ name: String, required: [String], _ keys: JSON.Members) -> JSON {
      Schemas.closed(
        "Log in with \(name).", required: ["method"] + required,
        ["method": Schemas.constant(name)] + keys)
    }
    let loginMount = text(enginePath, "Mount of the auth method (default: its name).")
    return Schemas.described(
      "How to log in; with a token by default.",
      [
        "anyOf": [
          Schemas.null, method("token", required: [], [:]),
          method("approle", required: [], ["mount": loginMount]),
          method(
            "jwt", required: ["role", "jwtFrom"],
            [
              "mount": loginMount, "role": Schemas.text,
              "jwtFrom": Schemas.described(
                "`env:NAME`, `file:PATH`, or `command`: `credentialsCommand` prints the line BAO_JWT=TOKEN.",
                ["type": "string", "pattern": "^(env:.+|file:.+|command)$"]),
            ]),
        ]
      ])
  }

  private static func nullable(_ schema: JSON) -> JSON {
    ["anyOf": [schema, Schemas.null]]
  }

  private static func text(_ pattern: String, _ description: String) -> JSON {
    Schemas.described(
      description, ["type": ["string", "null"], "pattern": .string(pattern)])
  }
}
