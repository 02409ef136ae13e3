import Foundation
import TestSupport
import TestTenant
import Testing

/// Another name for an environment, and everything else of it as before.
@Suite(.serialized) struct RenameEnvironmentTests {
  @Test(arguments: RenamedEnvironment.Place.allCases)
  func everythingOfAnEnvironmentStays(place: RenamedEnvironment.Place) async throws {
    let it = try await RenamedEnvironment(place)
    defer { it.end() }
    let facts = try await it.facts("prod")
    #expect(!facts.contains(""), "\(facts)")
    let staging = try await it.facts("staging")
    let values = try it.test.sandbox.read("environments/prod/api.yaml")
    try await it.fine(["rename-environment", "prod", "production"])
    try await it.fine(["rename-environment", "prod", "production"])

    try await it.fine(["validate"])
    try await it.expectNoChanges("production")
    #expect(try await it.facts("production") == facts)
    #expect(try await it.facts("staging") == staging)
    #expect(try it.test.sandbox.read("environments/prod/api.yaml") == values)
    let value = try await it.fine(["decrypt", "api", "token", "--env", "production"])
    #expect(value.text == "prod's new")
    // The token is there, and renews without anybody's consent.
    #expect(try await it.accessToken("production") == "kAnArIeAcCeSs-1\n")
    try await it.fine(["refresh", "crm", "--env", "production"])
    #expect(try await it.accessToken("production") == "kAnArIeAcCeSs-2\n")
    #expect(it.service.given == 2 && !it.service.isDead)
    // It can be written to as before.
    let set = ["set", "api", "token", "--env", "production"]
    _ = try it.test.sandbox.vaultctl(set, input: "third", isRecorded: false)
    try await it.fine(["apply", "--auto-approve", "--env", "production"])
    try await it.expectNoChanges("production")

    let previous = try await it.test.vaultctl(["plan", "--env", "prod"], isRecorded: false)
    #expect(previous.status == 1)
    #expect(previous.errorText.contains("it was renamed: use `production`"))
    try await it.expectNoChanges("staging")
    if let other = it.other {
      let others = try other.vaultctl(["plan", "--detailed-exitcode"], isRecorded: false)
      #expect(others.status == 0, "\(others.text)\(others.errorText)")
    }
    if place == .sharedFile {
      let status = try await it.fine(["status", "--env", "production"]).text
      #expect(status.contains("theirs"), "\(status)")
    }
  }

  @Test func aWaitingResponseIsSavedUnderTheNewName() async throws {
    let it = try await RenamedEnvironment(.standardFile)
    try await it.leaveResponse()
    let given = it.service.given
    try await it.fine(["rename-environment", "prod", "production"])
    let refreshed = try await it.test.vaultctl(
      ["refresh", "--env", "production"], isRecorded: false)
    #expect(refreshed.status == 0, "\(refreshed.text)\(refreshed.errorText)")
    #expect(try await it.accessToken("production") == "kAnArIeAcCeSs-\(given)\n")
    #expect(it.service.given == given && !it.service.isDead)
  }

  @Test func aTenantsLedgerStays() async throws {
    let tenant = try await TestTenant()
    let it = try TenantSandbox(tenant)
    let store =
      "{type: auth0, domain: test.eu.auth0.com, baseURL: \"\(tenant.address)\", ledger: git}"
    try it.sandbox.writeProject(extra: "environments:\n  prod:\n    store: \(store)\n")
    try await it.declare(["a", "b"])
    try await it.expectFine(["apply", "--auto-approve", "--env", "prod"], isRecorded: false)
    let refs = try it.sandbox.git(["for-each-ref", "refs/vaultctl"]).text
    #expect(refs.contains("/prod"))
    let log = try await it.expectFine(["ledger", "log", "--env", "prod"], isRecorded: false).text
    let id = await tenant.state.id(of: "a")

    try await it.expectFine(["rename-environment", "prod", "production"], isRecorded: false)
    await tenant.state.forgetExchanges()
    let named = ["--env", "production"]
    try await it.expectFine(["plan", "--detailed-exitcode"] + named, isRecorded: false)
    try await it.expectFine(["ledger", "verify"] + named, isRecorded: false)
    #expect(try await it.expectFine(["ledger", "log"] + named, isRecorded: false).text == log)
    #expect(try it.sandbox.git(["for-each-ref", "refs/vaultctl"]).text == refs)
    #expect(await tenant.state.calls("POST") == 0)
    _ = try await it.vaultctl(["set", "a", "token"], input: "n3w", isRecorded: false)
    try await it.expectFine(["apply", "--auto-approve"] + named, isRecorded: false)
    #expect(await tenant.state.calls("PATCH") == 1)
    #expect(await tenant.state.id(of: "a") == id)
  }

  private func project(_ environments: String) throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: "environments:\n\(environments)")
    try sandbox.write(httpManifest("api", token: "t0ken"), to: "connections/api.yaml")
    _ = try sandbox.vaultctl(["encrypt"], isRecorded: false)
    return sandbox
  }

  @Test func theStoryOfARename() throws {
    let sandbox = try project("  staging:\n  prod:  # the one that counts\n")
    #expect(try sandbox.vaultctl(["apply", "--auto-approve", "--env", "prod"]).status == 0)
    let dry = ["rename-environment", "prod", "production", "--dry-run"]
    #expect(try sandbox.vaultctl(dry).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--env", "prod"]).status == 0, "nothing was written")
    for newName in ["staging", "prod", "Prod", "all"] {
      #expect(try sandbox.vaultctl(["rename-environment", "prod", newName]).status != 0)
    }
    #expect(try sandbox.vaultctl(["rename-environment", "prod", "production"]).status == 0)
    sandbox.transcript.note("Run again.")
    #expect(try sandbox.vaultctl(["rename-environment", "prod", "production"]).status == 0)
    try sandbox.recordFile("vaultctl.yaml")
    #expect(try sandbox.vaultctl(["plan", "--env", "prod"]).status == 1)
    #expect(try sandbox.vaultctl(["plan", "--env", "production"]).status == 0)
    #expect(try sandbox.vaultctl(["rename-environment", "staging", "prod"]).status == 1)
    #expect(try sandbox.vaultctl(["rename-environment", "nosuch", "staging"]).status == 1)
    sandbox.transcript.note("Renamed again, and back.")
    #expect(try sandbox.vaultctl(["rename-environment", "production", "live"]).status == 0)
    #expect(try sandbox.vaultctl(["rename-environment", "production", "live"]).status == 1)
    #expect(try sandbox.vaultctl(["rename-environment", "prod", "live"]).status == 0)
    #expect(try sandbox.vaultctl(["rename-environment", "live", "prod"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--env", "prod"]).status == 0)
    try sandbox.expectTranscript()
  }

  /// No other byte of the project file changes.
  @Test(arguments: [
    ("  prod:\n", "  production:\n    id: prod\n"),
    ("  prod: ~  # ours\n", "  production:  # ours\n    id: prod\n"),
    ("  prod: {}\n  dev:\n", "  production: {id: \"prod\"}\n  dev:\n"),
    ("  'prod': {overlay: o}\n", "  'production': {overlay: o, id: \"prod\"}\n"),
    (
      "  dev:\n  prod:  # ours\n    overlay: o\n\n    # more\n",
      "  dev:\n  production:  # ours\n    overlay: o\n    id: prod\n\n    # more\n"
    ),
    ("  prod:\n    id:\n    overlay: o\n", "  production:\n    id: prod\n    overlay: o\n"),
    ("  prod: {id: first}\n", "  production: {id: first}\n"),
  ])
  func theFileIsEditedExactly(_ before: String, _ after: String) throws {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: "environments:\n\(before)policy: {}")
    let file = try sandbox.read("vaultctl.yaml")
    let renamed = try sandbox.vaultctl(["rename-environment", "prod", "production"])
    #expect(renamed.status == 0, "\(renamed.errorText)")
    #expect(try sandbox.read("vaultctl.yaml") == file.replacing(before, with: after))
  }

  @Test(arguments: [
    "environments:\n  qa: &p {store: {type: openbao}}\n  prod: *p",
    "environments:\n  prod: &p {store: {type: openbao}}\n  qa: *p",
  ])
  func aSharedEnvironmentIsLeftAlone(_ text: String) throws {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: text)
    let file = try sandbox.read("vaultctl.yaml")
    let renamed = try sandbox.vaultctl(["rename-environment", "prod", "production"])
    #expect(renamed.status == 1 && renamed.errorText.contains("anchor"), "\(renamed.errorText)")
    #expect(try sandbox.read("vaultctl.yaml") == file)
  }

  /// Selected by a variable, whether it still is the previous name or not.
  @Test(arguments: ["prod", "production", "nosuch"])
  func aVariableIsNoObstacle(_ name: String) throws {
    let sandbox = try project("  prod:\n")
    for _ in 0..<2 {
      let renamed = try sandbox.vaultctl(
        ["rename-environment", "prod", "production"], environment: ["VAULTCTL_ENV": name])
      #expect(renamed.status == 0, "\(renamed.errorText)")
    }
    let option = ["rename-environment", "production", "live", "--env", "production"]
    #expect(try sandbox.vaultctl(option).status == 64)
  }

  /// The previous name has nothing: another environment can have it, with an id of its own.
  @Test func thePreviousNameOwnsNothing() throws {
    let sandbox = try project("  prod:\n")
    #expect(try sandbox.vaultctl(["apply", "--auto-approve", "--env", "prod"]).status == 0)
    #expect(try sandbox.vaultctl(["rename-environment", "prod", "production"]).status == 0)
    let renamed = try sandbox.read("vaultctl.yaml")
    try sandbox.write(renamed + "  prod:\n", to: "vaultctl.yaml")
    sandbox.transcript.note("A new environment `prod`.")
    #expect(try sandbox.vaultctl(["validate"]).status == 1)
    try sandbox.write(renamed + "  prod: {id: prod-2}\n", to: "vaultctl.yaml")
    sandbox.transcript.note("With an id of its own.")
    #expect(try sandbox.vaultctl(["plan", "--env", "prod", "--detailed-exitcode"]).status == 2)
    #expect(try sandbox.vaultctl(["apply", "--env", "prod", "--auto-approve"]).status == 0)
    let all = ["plan", "--env", "all", "--detailed-exitcode"]
    #expect(try sandbox.vaultctl(all, isRecorded: false).status == 0)
    try sandbox.expectTranscript()
  }

  /// What was made before the rename, and by checkouts that do not have it yet.
  @Test func backupsAndOtherCheckoutsAreUsable() throws {
    let sandbox = try project("  prod: {}\n")
    #expect(try sandbox.vaultctl(["apply", "--auto-approve", "--env", "prod"]).status == 0)
    #expect(try sandbox.vaultctl(["store", "backup", "it.backup", "--env", "prod"]).status == 0)
    let before = try sandbox.read("vaultctl.yaml")
    #expect(try sandbox.vaultctl(["rename-environment", "prod", "production"]).status == 0)
    let after = try sandbox.read("vaultctl.yaml")

    try sandbox.write(before, to: "vaultctl.yaml")
    #expect(try sandbox.vaultctl(["set", "api", "token"], input: "n3w").status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve", "--env", "prod"]).status == 0)
    try sandbox.write(after, to: "vaultctl.yaml")
    let plan = ["plan", "--detailed-exitcode", "--env", "production"]
    #expect(try sandbox.vaultctl(plan).status == 0)

    let folder = sandbox.folder.path + "/.vaultctl/"
    for name in try FileManager.default.contentsOfDirectory(atPath: folder)
    where name.hasPrefix("prod.db") {
      try FileManager.default.removeItem(atPath: folder + name)
    }
    let restore = ["store", "restore", "it.backup", "--env", "production"]
    let restored = try sandbox.vaultctl(restore)
    #expect(restored.status == 0, "\(restored.errorText)")
    #expect(try sandbox.vaultctl(plan).status == 2, "of before the change")
  }

  @Test func aNameChangedByHandIsExplained() throws {
    let sandbox = try project("  prod:\n")
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: api}
      spec: {setup: {token: prod's}}
      """, to: "environments/prod/api.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let file = try sandbox.read("vaultctl.yaml")
    try sandbox.write(
      file.replacing("  prod:\n", with: "  production: {overlay: environments/prod}\n"),
      to: "vaultctl.yaml")
    sandbox.transcript.note("The name was changed by hand.")
    let read = ["decrypt", "api", "token", "--env", "production"]
    #expect(try sandbox.vaultctl(read).status == 1)
    #expect(try sandbox.vaultctl(["rename-environment", "prod", "production"]).status == 1)
    try sandbox.write(
      file.replacing("  prod:\n", with: "  production: {id: prod}\n"), to: "vaultctl.yaml")
    sandbox.transcript.note("And its id added.")
    #expect(try sandbox.vaultctl(read).text == "prod's")
    try sandbox.expectTranscript()
  }

  /// A reviewer sees a name that changed, and no connection.
  @Test func aDifferenceShowsTheNameAlone() throws {
    let sandbox = try project(
      "  prod:\n    store: {type: sqlite, path: .vaultctl/p.db}\n    overlay: overlays/prod\n")
    try sandbox.git(["init", "--quiet", "--initial-branch=main"])
    try sandbox.git(["add", "."])
    try sandbox.git(["commit", "--quiet", "-m", "before"])
    #expect(try sandbox.vaultctl(["rename-environment", "prod", "production"]).status == 0)
    #expect(try sandbox.vaultctl(["diff", "HEAD"]).status == 0)
    try sandbox.expectTranscript()
  }
}
