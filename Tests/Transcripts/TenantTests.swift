import Foundation
import Synchronization
import TestSupport
import TestTenant
import Testing

/// An Auth0 tenant as a store: the main job against a server that is as strict as its contract.
@Suite struct TenantTests {
  @Test func theWholeLifeOfConnections() async throws {
    let tenant = try await TestTenant()
    let it = try TenantSandbox(tenant)
    try await it.declare(["a", "b"])
    try await it.expectFine(["new", "c", "--app", "slack", "--empty"])
    try await it.expectFine(["apply", "--auto-approve"])
    #expect(await tenant.state.setup(of: "a") == ["type": "BEARER", "token": "value-of-a"])
    #expect(await tenant.state.setup(of: "c") == nil)
    try await it.expectNoChanges()

    // One rotated: exactly one PATCH, with the whole setup.
    await tenant.state.forgetExchanges()
    try await it.expectFine(["set", "a", "token"], input: "n3w")
    try await it.expectFine(["plan"])
    try await it.expectFine(["apply", "--auto-approve"])
    #expect(await tenant.state.calls("PATCH") == 1)
    #expect(await tenant.state.calls("POST") == 0)
    #expect(await tenant.state.setup(of: "a") == ["type": "BEARER", "token": "n3w"])
    try await it.expectNoChanges()

    // Sealed again: no call.
    await tenant.state.forgetExchanges()
    try await it.expectFine(["set", "a", "token"], input: "n3w")
    try await it.expectFine(["plan"])
    try await it.expectFine(["apply", "--auto-approve"])
    #expect(await tenant.state.calls("PATCH") == 0)
    try await it.expectNoChanges()

    // The empty one is filled, one is renamed, one deleted.
    let id = await tenant.state.id(of: "b")
    try it.sandbox.recordFile("connections/c.yaml")
    try await it.expectFine(["set", "c", "url"], input: "https://hooks.slack.com/x")
    try await it.expectFine(["rename", "b", "bee"])
    try it.remove("a")
    it.sandbox.transcript.note("The manifest of `a` is deleted.")
    try await it.expectFine(["apply", "--auto-approve", "--prune"])
    #expect(await tenant.state.names == ["bee", "c"])
    #expect(await tenant.state.id(of: "bee") == id)
    #expect(
      await tenant.state.setup(of: "c") == ["type": "WEBHOOK", "url": "https://hooks.slack.com/x"])
    #expect(await tenant.state.setup(of: "bee") == ["type": "BEARER", "token": "value-of-b"])
    try await it.expectNoChanges()
    try await it.expectFine(["ledger", "verify"])
    // No value is in any object of git.
    let objects = try it.sandbox.git(["cat-file", "--batch-all-objects", "--batch"]).text
    #expect(
      objects.contains("sealed") && !objects.contains("value-of-") && !objects.contains("n3w"))
    let log = try await it.expectFine(["ledger", "log"]).text
    #expect(log.split(separator: "\n").count { !$0.hasPrefix(" ") } == 4, "one commit an apply")
    try it.sandbox.expectTranscript()
  }

  @Test func driftAndConflictsAreReported() async throws {
    let tenant = try await TestTenant()
    let it = try TenantSandbox(tenant)
    try await it.declare(["a", "b"])
    try await it.expectFine(["apply", "--auto-approve"])
    await tenant.state.touch("a", rename: "a by hand", setup: ["type": "BEARER", "token": "x"])
    it.sandbox.transcript.note("`a` is renamed and changed in the tenant.")
    #expect(try await it.vaultctl(["plan", "--fail-on", "drift"]).status == 3)
    try await it.expectFine(["apply", "--auto-approve"])
    #expect(await tenant.state.names == ["a", "b"])
    #expect(await tenant.state.setup(of: "a") == ["type": "BEARER", "token": "value-of-a"])
    try await it.expectNoChanges()

    await tenant.state.touch("b")
    try await it.expectFine(["set", "b", "token"], input: "other")
    it.sandbox.transcript.note("`b` is changed in the tenant too.")
    #expect(try await it.vaultctl(["apply", "--auto-approve"]).status == 1)
    try await it.expectFine(["apply", "--auto-approve", "--force-conflicts"])

    // Changed between plan and write.
    try await it.expectFine(["set", "b", "token"], input: "third")
    try await it.expectFine(["plan", "--out", "it.plan"])
    await tenant.state.touch("b")
    it.sandbox.transcript.note("`b` is changed in the tenant after the plan.")
    #expect(try await it.vaultctl(["apply", "it.plan"]).status == 1)
    try it.sandbox.expectTranscript()
  }

  @Test func aPlanWithoutChangesMakesTenListCallsForAThousandConnections() async throws {
    let tenant = try await TestTenant()
    for number in 0..<1000 { await tenant.state.add("c-\(number)", app: "SLACK") }
    let it = try TenantSandbox(tenant)
    try it.sandbox.write(
      (0..<1000).map {
        "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: c-\($0)}\nspec: {app: slack}\n"
      }.joined(separator: "---\n"), to: "connections/all.yaml")
    await tenant.state.forgetExchanges()
    let plan = try await it.vaultctl(["plan", "--no-flows"])
    #expect(plan.status == 0, "\(plan.errorText)")
    #expect(await tenant.state.exchanges.count == 10)
    #expect(await tenant.state.calls("GET") == 10)
  }

  @Test func missingScopesAreReportedBeforeAnythingIsWritten() async throws {
    let tenant = try await TestTenant()
    let it = try TenantSandbox(tenant)
    try await it.declare(["a"])
    await tenant.state.setScopes(["read:flows_vault_connections", "read:flows"])
    #expect(try await it.vaultctl(["plan"]).status == 0)
    #expect(try await it.vaultctl(["apply", "--auto-approve"]).status == 1)
    #expect(await tenant.state.names.isEmpty)
    #expect(await tenant.state.calls("POST") == 0)
    it.sandbox.transcript.note("without a login")
    #expect(try await it.vaultctl(["plan"], login: [:]).status == 1)
    it.sandbox.transcript.note("with a wrong secret")
    let wrong = try await it.vaultctl(
      ["plan"], login: ["AUTH0_CLIENT_ID": "cl13nt", "AUTH0_CLIENT_SECRET": "wr0ng"])
    #expect(wrong.status == 1 && !wrong.errorText.contains("wr0ng"))
    try it.sandbox.expectTranscript()
  }

  @Test func rateLimitingCostsNoMoreCallsThanWereRefused() async throws {
    func calls(_ fault: @escaping @Sendable (TestTenant.Call) -> TestTenant.Fault?) async throws
      -> Int
    {
      let tenant = try await TestTenant()
      let it = try TenantSandbox(tenant)
      try await it.declare((0..<8).map { "c-\($0)" })
      tenant.injectFaults(fault)
      try await it.expectFine(["apply", "--auto-approve"])
      let count = tenant.callCount
      #expect(await tenant.state.names.count == 8)
      tenant.injectFaults { _ in nil }
      try await it.expectNoChanges()
      return count
    }
    let undisturbed = try await calls { _ in nil }
    let refusals = Mutex(0)
    let storm = try await calls { call in
      guard call.number.isMultiple(of: 2) else { return nil }
      refusals.withLock { $0 += 1 }
      return .tooMany(reset: 0)
    }
    let refused = refusals.withLock { $0 }
    #expect(refused > 5)
    #expect(
      Double(storm - refused) <= 1.2 * Double(undisturbed), "\(storm) \(refused) \(undisturbed)")
  }

  @Test func aLostResponseCreatesNothingTwice() async throws {
    let tenant = try await TestTenant()
    let it = try TenantSandbox(tenant)
    try await it.declare((0..<4).map { "c-\($0)" })
    tenant.injectFaults { $0.method == "POST" ? .cutAfter : nil }
    try await it.expectFine(["apply", "--auto-approve"])
    #expect(await tenant.state.names == (0..<4).map { "c-\($0)" })
    tenant.injectFaults { $0.method == "PATCH" && $0.number < 9 ? .cutAfter : nil }
    try await it.expectFine(["set", "c-1", "token"], input: "n3w")
    try await it.expectFine(["apply", "--auto-approve"])
    #expect(await tenant.state.setup(of: "c-1")?["token"] == "n3w")
    tenant.injectFaults { $0.number.isMultiple(of: 3) ? .status(500) : nil }
    try await it.expectFine(["set", "c-2", "token"], input: "n3w")
    try await it.expectFine(["apply", "--auto-approve"])
    tenant.injectFaults { _ in nil }
    try await it.expectNoChanges()
    #expect(await tenant.state.names.count == 4)
  }

  @Test func flowsOfTheTenantAreReached() async throws {
    let tenant = try await TestTenant()
    let it = try TenantSandbox(tenant)
    try await it.declare(["a"])
    try await it.expectFine(["apply", "--auto-approve"])
    let id = try #require(await tenant.state.id(of: "a"))
    await tenant.state.addFlow("af_1", "Welcome", uses: id, type: "HTTP", action: "SEND_REQUEST")
    try await it.expectFine(["set", "a", "token"], input: "n3w")
    try await it.expectFine(["plan"])
    try it.remove("a")
    try await it.expectFine(["new", "other", "--app", "slack", "--empty"])
    it.sandbox.transcript.note("The manifest of `a` is deleted.")
    #expect(try await it.vaultctl(["apply", "--prune", "--auto-approve"]).status == 1)
    #expect(await tenant.state.names == ["a"])
    try await it.expectFine(["apply", "--prune", "--auto-approve", "--force"])
    #expect(await tenant.state.names == ["other"])
    try it.sandbox.expectTranscript()
  }

  @Test func anOfflinePlanIsTheOnlinePlan() async throws {
    let tenant = try await TestTenant()
    let origin = try TemporaryFolder()
    #expect(
      try run("/usr/bin/git", ["init", "--quiet", "--bare", "--initial-branch=main", origin.path])
        .status == 0)
    let it = try TenantSandbox(tenant, origin: origin.path)
    try await it.declare(["a", "b"])
    try await it.expectFine(["apply", "--auto-approve"])
    try await it.expectFine(["set", "a", "token"], input: "n3w")
    try await it.declare(["c"])
    try it.sandbox.git(["add", "--all"])
    try it.sandbox.git(["commit", "--quiet", "-m", "it"])
    #expect(try it.sandbox.git(["push", "--quiet", "origin", "main"]).status == 0)

    // A shallow clone with the ledger's ref, without login, keyring and network.
    let clone = try TemporaryFolder()
    let command = [
      "plan", "--offline", "--format", "json", "--trust-ref", "refs/remotes/origin/main",
    ]
    let script = """
      git clone --quiet --depth 1 file://\(origin.path) it && cd it
      git fetch --quiet origin 'refs/vaultctl/*:refs/vaultctl/*'
      exec unshare --net --map-root-user "\(it.sandbox.programFolder)/vaultctl" \(command.joined(separator: " "))
      """
    let empty = try GPGHome()
    let offline = try run(
      "/bin/bash", ["-e", "-c", script], in: clone.path,
      environment: ["PATH": "/usr/bin:/bin", "GNUPGHOME": empty.path, "HOME": empty.path])
    #expect(offline.status == 0, "\(offline.errorText)")
    let online = try await it.vaultctl(["plan", "--format", "json"], home: empty.path)
    func plan(_ finished: Finished) throws -> NSDictionary {
      let text = Data(finished.text.utf8)
      var plan = try #require(JSONSerialization.jsonObject(with: text) as? [String: Any])
      // Only one of them says that the store was not read.
      #expect(plan.removeValue(forKey: "diagnostics") != nil)
      return plan as NSDictionary
    }
    #expect(try plan(offline) == plan(online), "\(online.errorText)")
    it.sandbox.transcript.note("offline, in a shallow clone")
    it.sandbox.transcript.record(["vaultctl"] + command, offline)
    try it.sandbox.expectTranscript()
  }

  @Test func importLeavesSetupsUnmanagedAndFlagsThem() async throws {
    let tenant = try await TestTenant()
    await tenant.state.add(
      "by hand", app: "HTTP", setup: ["type": "BEARER", "token": "kAnArIeNvOgEl"])
    await tenant.state.add("blank", app: "SLACK")
    let it = try TenantSandbox(tenant)
    let imported = try await it.expectFine(["import", "--all"])
    let plan = try await it.vaultctl(["plan", "--detailed-exitcode"])
    #expect(plan.status == 0, "\(plan.text)\(plan.errorText)")
    for text in [imported.text, imported.errorText, plan.text, plan.errorText] {
      #expect(!text.contains("kAn***gEl"), "the account's name has pieces of the secret")
    }
    #expect(await tenant.state.calls("PATCH") == 0)
    // Taken over: the whole setup is written.
    try it.sandbox.write(httpManifest("by hand", token: "ours"), to: "connections/by-hand.yaml")
    try await it.expectFine(["encrypt"])
    try await it.expectFine(["apply", "--auto-approve"])
    #expect(await tenant.state.setup(of: "by hand")?["token"] == "ours")
    try await it.expectNoChanges()
    try it.sandbox.expectTranscript()
  }
}
