/// The schema of `store:`, in a project file and in its environments.
enum StoreSchema {
  private static let server =
    #"^(https://[A-Za-z0-9.:\[\]-]+|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?)/*$"#
  private static let enginePath =
    #"^(?!\.\.?(/|$))[A-Za-z0-9._-]+(/(?!\.\.?(/|$))[A-Za-z0-9._-]+)*$"#

  /// Keys by type, beside `type` and `ledger`; the first ones are required.
  private static let types: [(type: String, required: [String], optional: [String])] = [
    ("sqlite", [], ["path"]),
    ("auth0", ["domain"], ["baseURL", "credentialsCommand"]),
    (
      "openbao", [],
      ["address", "namespace", "mount", "prefix", "login", "credentialsCommand"]
    ),
  ]

  static var json: JSON {
    Schemas.closed(
      "Where applied connections are kept.", required: ["type"],
      [
        ("type", .object([("enum", .strings(types.map(\.type)))])),
        ("ledger", ledger),
        ("path", nullable(ProjectSchema.path)),
        (
          "domain",
          Schemas.described("The tenant's: acme.eu.auth0.com.", [("type", .string("string"))])
        ),
        ("baseURL", text(server)),
        ("address", text(server)),
        ("namespace", text(enginePath)),
        ("mount", text(enginePath)),
        ("prefix", text(enginePath)),
        ("login", login),
        (
          "credentialsCommand",
          Schemas.list("Prints the login as lines NAME=value.", Schemas.text)
        ),
      ], nullable: true, conditions: [("allOf", .array(types.map(rule)))])
  }

  /// Of one type, what it requires, and no other type's keys.
  private static func rule(
    _ type: String, _ required: [String], _ optional: [String]
  ) -> JSON {
    let others = types.flatMap { $0.required + $0.optional }
      .filter { !(required + optional).contains($0) }
    let known = others.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    return .object([
      (
        "if",
        .object([
          ("properties", .object([("type", Schemas.constant(type))])),
          ("required", .strings(["type"])),
        ])
      ),
      (
        "then",
        .object([
          ("required", .strings(required)),
          ("properties", .object(known.map { ($0, .boolean(false)) })),
        ])
      ),
    ])
  }

  private static var ledger: JSON {
    Schemas.described(
      "Where what was applied is recorded: `git` is a ref of this repository.",
      [
        (
          "anyOf",
          .array([
            Schemas.constant("git"), ProjectSchema.null,
            Schemas.closed("In git.", required: ["type"], [("type", Schemas.constant("git"))]),
            Schemas.closed(
              "In a file.", required: ["type", "path"],
              [("type", Schemas.constant("sqlite")), ("path", ProjectSchema.path)]),
          ])
        )
      ])
  }

  private static var login: JSON {
    func method(_ name: String, required: [String], _ keys: [(String, JSON)]) -> JSON {
      Schemas.closed(
        "By \(name).", required: ["method"] + required,
        [("method", Schemas.constant(name))] + keys)
    }
    return Schemas.described(
      "How one logs in; a token where nothing is said.",
      [
        (
          "anyOf",
          .array([
            ProjectSchema.null, method("token", required: [], []),
            method("approle", required: [], [("mount", text(enginePath))]),
            method(
              "jwt", required: ["role", "jwtFrom"],
              [
                ("mount", text(enginePath)), ("role", Schemas.text),
                (
                  "jwtFrom",
                  .object([
                    ("type", .string("string")), ("pattern", .string("^(env:.+|file:.+|command)$")),
                  ])
                ),
              ]),
          ])
        )
      ])
  }

  private static func nullable(_ schema: JSON) -> JSON {
    .object([("anyOf", .array([schema, ProjectSchema.null]))])
  }

  private static func text(_ pattern: String) -> JSON {
    .object([("type", .strings(["string", "null"])), ("pattern", .string(pattern))])
  }
}
