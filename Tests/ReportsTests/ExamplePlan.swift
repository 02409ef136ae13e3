import Diagnostics
import Model
import Reports

struct NoName: Error {}

func name(_ text: String) throws -> ConnectionName {
  guard let name = ConnectionName(text) else { throw NoName() }
  return name
}

func location(_ file: String, line: Int = 4, column: Int = 9, length: Int = 5) -> Location {
  .source(
    file: file,
    range: SourceRange(
      Position(line: line, column: column, offset: 40),
      Position(line: line, column: column + length, offset: 40 + length)))
}

/// A plan with every kind of change, reason and detail.
func examplePlan() throws -> Plan {
  func change(
    _ connection: String, _ action: ChangeAction, _ reason: ChangeReason,
    _ details: [ChangeDetail] = [], isDeclared: Bool = true
  ) throws -> Change {
    Change(
      connection: try name(connection), app: "crm", action: action, reason: reason,
      details: details, location: isDeclared ? location("connections/\(connection).yaml") : nil)
  }
  return Plan(
    changes: [
      try change(
        "added", .create, .notInStore,
        [
          .setupType(from: nil, to: "key"), .plain("zone", from: nil, to: .string("eu")),
          .plain("retries", from: nil, to: .number("3")),
          .plain("tls", from: nil, to: .boolean(true)), .secret("api_key", .set),
          .label("team", from: nil, to: "sales"), .scopes(added: ["read"], removed: []),
        ]),
      try change("adopted", .adopt("id", from: "4"), .unmanaged, [.secret("api_key", .set)]),
      try change(
        "both", .update("id", from: "2"), .conflicting,
        [.plain("zone", from: .string("us"), to: .string("asia"))]),
      try change(
        "changed", .update("id", from: "1"), .declared,
        [
          .setupType(from: "token", to: "key"),
          .plain("zone", from: .string("eu"), to: .string("us")),
          .plain("note", from: .string("old"), to: nil), .secret("api_key", .rotated),
          .secret("extra", .removed), .secret("other", .undecided),
          .label("team", from: "sales", to: "support"), .label("tier", from: "1", to: nil),
          .scopes(added: ["write"], removed: ["admin", "read"]), .preventDestroy(true),
          .destinations(added: ["api.new.example"], removed: ["api.old.example", "{url}"]),
        ]),
      try change("drifted", .update("id", from: "7"), .drifted, [.secret("api_key", .restored)]),
      try change("gone", .delete("id", from: "3"), .noLongerDeclared, isDeclared: false),
      try change("lost", .create, .lostInStore),
      try change("moved", .replace("id", from: "1", app: "mail"), .appChanged),
      try change(
        "resealed", .record("id", at: "1"), .declared, [.secret("api_key", .reencrypted)]),
    ],
    findings: [
      Finding(
        .conflict, try name("both"),
        Diagnostic(
          .conflict, "`both` was changed both in its manifest and in the store",
          severity: .warning, at: location("connections/both.yaml"),
          notes: ["changed in the manifest: `zone`", "changed in the store: `zone`"],
          help: ["vaultctl apply --force-conflicts"])),
      Finding(
        .orphaned, try name("left"),
        Diagnostic(
          .orphaned, "`left` is no longer declared", severity: .warning,
          at: .connection("left", store: "sqlite:vault.db"))),
    ], unchangedCount: 5, emptyCount: 1)
}

extension PlanText {
  func text(of store: String, _ plan: Plan) -> String {
    text([EnvironmentPlan(environment: nil, store: store, plan: plan)]).rendered
  }
}

extension PlanMarkdown {
  func text(of store: String, _ plan: Plan) -> String {
    text([EnvironmentPlan(environment: nil, store: store, plan: plan)]).text
  }
}
