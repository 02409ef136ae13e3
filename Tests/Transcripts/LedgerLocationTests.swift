import Foundation
import TestOpenBao
import TestSupport
import TestTenant
import Testing

/// Ledgers in another location than the default: in a SQLite file for a tenant, in git for the SQLite store.
@Suite struct LedgerLocationTests {
  @Test func aTenantsLedgerCanBeInAFile() async throws {
    let tenant = try await TestTenant()
    let it = try TenantSandbox(tenant, ledger: "{type: sqlite, path: .vaultctl/ledger.db}")
    try await it.declare(["a", "b"])
    try await it.expectFine(["apply", "--auto-approve"])
    try await it.expectNoChanges()
    try await it.expectFine(["set", "a", "token"], input: "n3w")
    let online = try await it.expectFine(["plan"])
    #expect(try await it.expectFine(["plan", "--offline"]).text == online.text)
    try await it.expectFine(["apply", "--auto-approve"])
    try await it.expectFine(["set", "a", "token"], input: "n3w")
    try await it.expectFine(["plan"])
    // An apply that changes nothing leaves no entry.
    try await it.expectFine(["apply", "--auto-approve", "--target", "b"])
    try await it.expectFine(["ledger", "log"])
    try await it.expectFine(["ledger", "verify"])
    #expect(try it.sandbox.git(["for-each-ref", "refs/vaultctl"]).text.isEmpty)

    await tenant.state.touch("b")
    it.sandbox.transcript.note("`b` is changed in the tenant.")
    #expect(try await it.vaultctl(["ledger", "verify"]).status == 1)
    try await it.expectFine(["ledger", "rebuild", "--auto-approve"])
    try await it.expectFine(["plan"])
    try await it.expectFine(["apply", "--adopt", "--auto-approve"])
    try await it.expectNoChanges()
    try it.sandbox.expectTranscript()
  }

  @Test func anyStoreCanHaveACopyOfItsRecordsInGit() throws {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: "store: {type: sqlite, ledger: git}")
    func fine(_ arguments: [String], input: String = "") throws -> String {
      let finished = try sandbox.vaultctl(arguments, input: input)
      #expect(finished.status == 0, "\(arguments): \(finished.text)\(finished.errorText)")
      return finished.text
    }
    try sandbox.git(["init", "--quiet"])
    for name in ["a", "b"] {
      try sandbox.write(httpManifest(name, token: "v-\(name)"), to: "connections/\(name).yaml")
    }
    _ = try fine(["new", "blank", "--app", "slack", "--empty"])
    _ = try fine(["encrypt"])
    _ = try fine(["apply", "--auto-approve"])
    _ = try fine(["set", "a", "token"], input: "n3w")
    _ = try fine(["set", "b", "token"], input: "v-b")
    let online = try fine(["plan", "--format", "json"])

    // Without the store; the key is at hand, and distinguishes the two.
    let hidden = sandbox.folder.path + "/hidden"
    let store = sandbox.folder.path + "/.vaultctl"
    try FileManager.default.moveItem(atPath: store, toPath: hidden)
    let offline = try fine(["plan", "--offline", "--format", "json"])
    #expect(try planned(offline) == planned(online))
    #expect(offline.contains("VC4022") && !online.contains("VC4022"), "it was not read")
    try FileManager.default.moveItem(atPath: hidden, toPath: store)

    _ = try fine(["apply", "--auto-approve"])
    _ = try fine(["plan", "--offline"])
    _ = try fine(["ledger", "log"])
    _ = try fine(["ledger", "verify"])

    // A copy that is lost, or was never made because the run was killed, is made by the next one.
    #expect(
      try sandbox.git([
        "update-ref", "-d",
        "refs/vaultctl/ledger/sqlite/=2evaultctl=2fvault.db/sandbox0sandbox0sand/_base",
      ])
      .status == 0)
    sandbox.transcript.note("The copy is lost.")
    #expect(try sandbox.vaultctl(["ledger", "verify"]).status == 1)
    _ = try fine(["apply", "--auto-approve"])
    _ = try fine(["ledger", "verify"])
    try sandbox.expectTranscript()
    let objects = try sandbox.git(["cat-file", "--batch-all-objects", "--batch"]).text
    #expect(objects.contains("sealed") && !objects.contains("v-b") && !objects.contains("n3w"))
  }

  /// Environments of one engine have names in common, and a folder each.
  @Test func aCopyHasTheRecordsOfItsOwnEnvironmentAlone() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try OpenBaoSandbox(
      server.root, store: "{type: openbao, ledger: git}", more: "environments: {dev: {}, prod: {}}")
    try it.sandbox.git(["init", "--quiet"])
    try it.declare(["a", "b"])
    try it.fine(["apply", "--env", "dev", "--auto-approve"], isRecorded: false)
    // Nothing was applied here yet.
    let before = try it.fine(["plan", "--env", "prod", "--offline"], isRecorded: false)
    #expect(before.text.contains("Plan: 2 to create, 0 to update, 0 to delete."), "\(before.text)")
    try it.fine(["apply", "--env", "prod", "--auto-approve"], isRecorded: false)
    for environment in ["dev", "prod"] {
      let plan = try it.fine(["plan", "--env", environment, "--offline"], isRecorded: false)
      #expect(plan.text.contains("No changes."), "\(plan.text)")
    }
  }

  /// Projects of one repository have their stores at the same path, each in its own folder.
  @Test func aCopyHasTheRecordsOfItsOwnProjectAlone() throws {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: "store: {type: sqlite, ledger: git}")
    try sandbox.git(["init", "--quiet"])
    try sandbox.write(httpManifest("a", token: "v-a"), to: "connections/a.yaml")
    let file = try sandbox.folder.read("vaultctl.yaml")
    try sandbox.write(
      file.replacing("sandbox0sandbox0sand", with: "another0another0anot"),
      to: "second/vaultctl.yaml")
    try sandbox.write(httpManifest("a", token: "v-a"), to: "second/connections/a.yaml")
    for folder in [".", "second"] {
      for arguments in [["encrypt"], ["apply", "--auto-approve"]] {
        let finished = try sandbox.vaultctl(arguments + ["-C", folder], isRecorded: false)
        #expect(finished.status == 0, "\(finished.text)\(finished.errorText)")
      }
    }
    for folder in [".", "second"] {
      let plan = try sandbox.vaultctl(["plan", "--offline", "-C", folder], isRecorded: false)
      #expect(plan.status == 0, "\(plan.text)\(plan.errorText)")
      #expect(plan.text.contains("No changes."))
    }
  }

  @Test func aCopyOfThePreviousFormatIsWrittenAgainByTheNextApply() throws {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: "store: {type: sqlite, ledger: git}")
    try sandbox.git(["init", "--quiet"])
    try sandbox.write(httpManifest("a", token: "v-a"), to: "connections/a.yaml")
    for arguments in [["encrypt"], ["apply", "--auto-approve"]] {
      #expect(try sandbox.vaultctl(arguments, isRecorded: false).status == 0)
    }
    // As an earlier version left it.
    let own = "refs/vaultctl/ledger/sqlite/=2evaultctl=2fvault.db/sandbox0sandbox0sand/_base"
    let previous = "refs/vaultctl/ledger/sandbox/sqlite/vaultctl-vault-db"
    #expect(try sandbox.git(["update-ref", previous, own]).status == 0)
    #expect(try sandbox.git(["update-ref", "-d", own]).status == 0)
    let plan = try sandbox.vaultctl(["plan", "--offline"], isRecorded: false)
    #expect(plan.status == 1)
    #expect(plan.errorText.contains("its copy in the ledger is from before records had owners"))
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"], isRecorded: false).status == 0)
    let after = try sandbox.vaultctl(["plan", "--offline"], isRecorded: false)
    #expect(after.text.contains("No changes."), "\(after.text)\(after.errorText)")
  }

  @Test func logLinesNameRequestsAndNeverAValue() async throws {
    let tenant = try await TestTenant()
    let it = try TenantSandbox(tenant)
    let canary = "kAnArIeNvOgEl-4711"
    try it.sandbox.write(httpManifest("a", token: canary), to: "connections/a.yaml")
    try await it.expectFine(["encrypt"])
    try await it.expectFine(["plan"])
    try await it.expectFine(["plan", "-v"])
    try it.sandbox.expectTranscript()
    var all = ""
    for arguments in [["plan", "-vvv"], ["apply", "--auto-approve", "-vvv"], ["status", "-vvv"]] {
      all += try await it.expectFine(arguments).errorText
    }
    #expect(all.contains(#"{"app_id":…,"name":…,"setup":{"token":…,"type":…}}"#), "\(all)")
    #expect(all.contains("debug: git update-ref refs/vaultctl/ledger/"))
    #expect(all.contains("authorization: …") && all.contains("client_secret=…"))
    for value in [canary, "kAn***711", "cl13nt-s3cr3t", "t0ken-"] {
      #expect(!all.contains(value), "\(value)")
    }
  }

  /// A plan's document without the diagnostics of its run.
  private func planned(_ text: String) throws -> String {
    let document = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    var plan = try #require(document)
    plan["diagnostics"] = nil
    return String(
      decoding: try JSONSerialization.data(withJSONObject: plan, options: .sortedKeys),
      as: UTF8.self)
  }
}
