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
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    #expect(try sandbox.vaultctl(["validate"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--env", "prod"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--env", "staging"]).status == 0)

    #expect(
      try sandbox.vaultctl(["decrypt", "api", "api_key", "--env", "prod"]).text == "prod-token")
    #expect(try sandbox.vaultctl(["decrypt", "api", "api_key"]).text == "base-token")
    #expect(
      try sandbox.vaultctl(["decrypt", "api", "api_key", "--env", "staging"]).text == "base-token")
    try sandbox.expectTranscript()
  }

  @Test func allEnvironmentsAreAppliedInTurn() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    #expect(try sandbox.vaultctl(["validate", "--env", "all"]).status == 0)
    #expect(try sandbox.vaultctl(["status", "--env", "all"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--env", "all"]).status == 1, "nobody can be asked")
    #expect(try sandbox.vaultctl(["apply", "--env", "all", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["status", "--env", "all"]).status == 0)
    #expect(try sandbox.vaultctl(["status", "only-in-prod", "--env", "all"]).status == 0)
    #expect(try sandbox.vaultctl(["status", "nosuch", "--env", "all"]).status == 1)
    let plan = ["plan", "--env", "all", "--detailed-exitcode"]
    #expect(try sandbox.vaultctl(plan, isRecorded: false).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--env", "prod", "--out", "it.plan"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "it.plan", "--env", "all"]).status == 1)
    try sandbox.expectTranscript()
  }

  /// What is applied first was meant to be seen before the next.
  @Test func anEnvironmentThatFailsEndsTheApplyOfAll() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    let all = ["apply", "--env", "all", "--auto-approve"]
    try sandbox.write("no database", to: ".vaultctl/production.db")
    #expect(try sandbox.vaultctl(all).status == 4)
    #expect(try sandbox.vaultctl(["status", "--env", "all"]).status == 1, "one cannot be read")
    let plan = ["plan", "--detailed-exitcode", "--env"]
    #expect(try sandbox.vaultctl(plan + ["staging"], isRecorded: false).status == 0)

    try FileManager.default.removeItem(atPath: sandbox.folder.path + "/.vaultctl/production.db")
    #expect(FileManager.default.fileExists(atPath: sandbox.folder.path + "/.vaultctl/staging.db"))
    try sandbox.write("no database", to: ".vaultctl/staging.db")
    #expect(try sandbox.vaultctl(all).status == 1)
    #expect(try sandbox.vaultctl(plan + ["prod"], isRecorded: false).status == 2, "not begun")
    try sandbox.expectTranscript()
  }

  @Test func eachEnvironmentIsAppliedToItsOwnStore() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    #expect(try sandbox.vaultctl(["plan"]).status == 1)
    #expect(try sandbox.vaultctl(["plan", "--env", "prd"]).status == 1)

    #expect(try sandbox.vaultctl(["plan", "--env", "prod", "--out", "prod.plan"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "prod.plan", "--env", "staging"]).status == 64)
    #expect(try sandbox.vaultctl(["apply", "prod.plan"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--env", "all", "--detailed-exitcode"]).status == 2)
    for format in ["json", "markdown"] {
      #expect(try sandbox.vaultctl(["plan", "--env", "all", "--format", format]).status == 0)
    }
    try sandbox.expectTranscript()
  }

  @Test func aValueIsBoundToItsEnvironment() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
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
    sandbox.transcript.note("The overlay of `prod` has the sealed value of the base.")
    #expect(try sandbox.vaultctl(["plan", "--env", "prod"]).status == 1)
    try sandbox.expectTranscript()
  }

  @Test(
    arguments: [
      (["--env", "prod"], [:]), ([], ["VAULTCTL_ENV": "prod"]),
      (["--env", "prod"], ["VAULTCTL_ENV": "staging"]),
    ] as [([String], [String: String])])
  func proposedCommandsNameTheEnvironment(
    options: [String], variables: [String: String]
  ) throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    let planned = try sandbox.vaultctl(
      ["plan", "--out", "it.plan"] + options, environment: variables)
    #expect(planned.text.contains("add them: vaultctl set only-in-prod url --env prod\n"))
    let applied = try sandbox.vaultctl(["apply"] + options, environment: variables)
    #expect(applied.errorText.contains("vaultctl apply --auto-approve --env prod\n"))
    // A saved plan names its environment.
    for command in [["show", "it.plan"], ["apply", "it.plan"]] {
      let finished = try sandbox.vaultctl(command)
      #expect(finished.text.contains("vaultctl set only-in-prod url --env prod\n"), "\(command)")
    }
    // The command does what it proposes.
    #expect(
      try sandbox.vaultctl(
        ["set", "only-in-prod", "url", "--env", "prod"], input: "https://hooks.example.com"
      ).status == 0)
  }

  @Test func setWritesIntoTheOverlay() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    let before = try sandbox.read("connections/api.yaml")
    #expect(
      try sandbox.vaultctl(["set", "api", "api_key", "--env", "staging"], input: "st4ge").status
        == 0)
    try sandbox.recordFile("environments/staging/api.yaml")
    #expect(try sandbox.read("connections/api.yaml") == before)
    #expect(
      try sandbox.vaultctl(["decrypt", "api", "api_key", "--env", "staging"]).text == "st4ge")
    #expect(
      try sandbox.vaultctl(["apply", "--env", "staging", "--auto-approve"]).status == 0)
    try sandbox.expectTranscript()
  }

  @Test func aRefusedValueCreatesNoOverlay() throws {
    let sandbox = try sandbox()
    let refused: [(arguments: [String], value: String)] = [
      (["api", "nothing"], "st4ge"),  // No such field.
      (["only-in-staging", "url"], ""),  // Too short.
    ]
    for (arguments, value) in refused {
      #expect(
        try sandbox.vaultctl(["set"] + arguments + ["--env", "staging"], input: value).status == 1)
    }
    let overlays = sandbox.folder.path + "/environments"
    #expect(!FileManager.default.fileExists(atPath: overlays))

    try sandbox.writeProject(
      keys: ["0123456789ABCDEF0123456789ABCDEF01234567"], extra: "environments: {staging: {}}")
    sandbox.transcript.note("The keyring does not have the recipient.")
    #expect(
      try sandbox.vaultctl(["set", "api", "api_key", "--env", "staging"], input: "st4ge").status
        == 1)
    #expect(!FileManager.default.fileExists(atPath: overlays))
    try sandbox.expectTranscript()
  }

  @Test func renamingIncludesTheOverlaysAndKeepsTheID() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--env", "prod", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["rename", "api", "core api"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--env", "prod"]).status == 0)
    #expect(try sandbox.vaultctl(["rename", "core api", "gateway"]).status == 0)
    try sandbox.recordFile("connections/api.yaml")
    #expect(try sandbox.vaultctl(["apply", "--env", "prod", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--env", "prod", "--detailed-exitcode"]).status == 0)
    #expect(try sandbox.vaultctl(["show", "gateway", "--env", "prod"]).status == 0)
    #expect(
      try sandbox.vaultctl(["decrypt", "gateway", "api_key", "--env", "prod"]).text == "prod-token")
    try sandbox.expectTranscript()
  }
}
