import Foundation
import TestSupport
import Testing

/// One project, a store and an overlay for each environment.
@Suite struct EnvironmentTests {
  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeProject(
      extra: """
        environments:
          staging: {}
          prod:
            store: {type: sqlite, path: .vaultctl/production.db}
            overlay: overlays/prod
        """)
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata:
        name: api
        labels: {team: core, tier: test}
      spec:
        app: twilio
        setup: {type: api_key, account_id: AC00000000000000000000000000000000, api_key: base-token}
        scopes: [read]
      ---
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: only-in-staging}
      spec: {app: slack}
      """, to: "connections/api.yaml")
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata:
        name: api
        labels: {tier: production, team: null}
      spec:
        setup:
          account_id: AC11111111111111111111111111111111
          api_key: prod-token
        scopes: null
      ---
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: only-in-staging}
      spec: null
      ---
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: only-in-prod}
      spec: {app: slack}
      """, to: "overlays/prod/api.yaml")
    return sandbox
  }

  @Test func overlaysMergeOverTheBaseByName() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let validated = try sandbox.vaultctl(["validate"])
    #expect(
      validated.text
        == "2 connections, 2 connections in staging, 2 connections in prod, no errors.\n",
      "\(validated.errorText)")

    let prod = try sandbox.vaultctl(["plan", "--env", "prod"])
    #expect(prod.text.contains("sqlite:.vaultctl/production.db"), "\(prod.errorText)")
    #expect(prod.text.contains("account_id = \"AC11111111111111111111111111111111\""))
    #expect(prod.text.contains("label tier = \"production\""))
    #expect(!prod.text.contains("label team") && !prod.text.contains("scopes"))
    #expect(prod.text.contains("only-in-prod") && !prod.text.contains("only-in-staging"))
    let staging = try sandbox.vaultctl(["plan", "--env", "staging"])
    #expect(staging.text.contains("label team = \"core\""))
    #expect(staging.text.contains("only-in-staging") && !staging.text.contains("only-in-prod"))

    #expect(
      try sandbox.vaultctl(["decrypt", "api", "api_key", "--env", "prod"]).text == "prod-token")
    #expect(try sandbox.vaultctl(["decrypt", "api", "api_key"]).text == "base-token")
    #expect(
      try sandbox.vaultctl(["decrypt", "api", "api_key", "--env", "staging"]).text == "base-token")
  }

  @Test func eachEnvironmentIsAppliedToItsOwnStore() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let unnamed = try sandbox.vaultctl(["plan"])
    #expect(unnamed.status == 1 && unnamed.errorText.contains("error[VC1214]"))
    let wrong = try sandbox.vaultctl(["plan", "--env", "prd"])
    #expect(wrong.status == 1 && wrong.errorText.contains("did you mean `prod`?"))

    #expect(try sandbox.vaultctl(["plan", "--env", "prod", "--out", "prod.plan"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "prod.plan", "--env", "staging"]).status == 64)
    let applied = try sandbox.vaultctl(["apply", "prod.plan"])
    #expect(applied.text.contains("Applied: 2 created"), "\(applied.errorText)")
    let all = try sandbox.vaultctl(["plan", "--env", "all", "--detailed-exitcode"])
    #expect(all.status == 2)
    #expect(
      all.text.hasSuffix(
        """
        All environments
          staging  Plan: 2 to create, 0 to update, 0 to delete. 1 empty connection.
          prod     No changes. 2 connections as declared. 1 empty connection.

        """), "\(all.text)")
    let json = try sandbox.vaultctl(["plan", "--env", "all", "--format", "json"]).text
    #expect(json.contains("\"environments\" : [") && json.contains("\"environment\" : \"prod\""))
    let markdown = try sandbox.vaultctl(["plan", "--env", "all", "--format", "markdown"]).text
    #expect(markdown.hasPrefix("<!-- vaultctl plan staging prod -->\n- `staging`: Plan: 2"))
  }

  @Test func aValueIsBoundToItsEnvironment() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--env", "prod", "--auto-approve"]).status == 0)
    // The base's message in the overlay of production.
    let base = try sandbox.read("connections/api.yaml")
    let start = try #require(base.range(of: "\"-----BEGIN"))
    let end = try #require(base.range(of: "-----\\n\"", range: start.upperBound..<base.endIndex))
    let message = base[start.lowerBound..<end.upperBound]
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: api}
      spec: {setup: {api_key: \(message)}}
      """, to: "overlays/prod/api.yaml")
    let plan = try sandbox.vaultctl(["plan", "--env", "prod"])
    #expect(plan.status == 1 && plan.errorText.contains("error[VC2015]"), "\(plan.errorText)")
  }

  @Test func setWritesIntoTheOverlay() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let before = try sandbox.read("connections/api.yaml")
    let set = try sandbox.vaultctl(["set", "api", "api_key", "--env", "staging"], input: "st4ge")
    #expect(
      set.text == "environments/staging/api.yaml: sealed `api_key` of `api`\n", "\(set.errorText)")
    #expect(try sandbox.read("connections/api.yaml") == before)
    #expect(
      try sandbox.vaultctl(["decrypt", "api", "api_key", "--env", "staging"]).text == "st4ge")
    #expect(
      try sandbox.vaultctl(["apply", "--env", "staging", "--auto-approve"]).status == 0)
  }

  @Test func renamingTakesTheOverlaysAlongAndKeepsTheId() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--env", "prod", "--auto-approve"]).status == 0)
    let renamed = try sandbox.vaultctl(["rename", "api", "core api"])
    #expect(renamed.status == 0, "\(renamed.errorText)")
    #expect(renamed.text.contains("overlays/prod/api.yaml: `api` is now `core api`"))
    let plan = try sandbox.vaultctl(["plan", "--env", "prod"])
    #expect(plan.text.contains("# connections/api.yaml: was \"api\""), "\(plan.text)")
    #expect(plan.text.contains("(secret: re-encrypted, same value)"))
    #expect(plan.text.contains("Plan: 0 to create, 0 to update, 1 to rename, 0 to delete."))
    #expect(try sandbox.vaultctl(["rename", "core api", "gateway"]).status == 0)
    #expect(
      try sandbox.read("connections/api.yaml").contains("renamedFrom: [\"core api\", \"api\"]"))
    let applied = try sandbox.vaultctl(["apply", "--env", "prod", "--auto-approve"])
    #expect(applied.text.contains("1 renamed"), "\(applied.errorText)")
    let again = try sandbox.vaultctl(["plan", "--env", "prod", "--detailed-exitcode"])
    #expect(again.status == 0, "\(again.text)\(again.errorText)")
    #expect(
      try sandbox.vaultctl(["show", "gateway", "--env", "prod"]).text.contains("rename from api"))
    #expect(
      try sandbox.vaultctl(["decrypt", "gateway", "api_key", "--env", "prod"]).text == "prod-token")
  }
}
