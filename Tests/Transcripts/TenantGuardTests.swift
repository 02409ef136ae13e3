import Foundation
import TestSupport
import TestTenant
import Testing

/// What must not be lost in a tenant, and what concerns nobody but itself there.
@Suite struct TenantGuardTests {
  private static let prune = ["apply", "--prune", "--auto-approve"]

  private func empty(_ name: String, app: String) -> String {
    """
    apiVersion: vaultctl/v1
    kind: Connection
    metadata: {name: \(name)}
    spec: {app: \(app)}

    """
  }

  private func applied(_ names: [String]) async throws -> TenantSandbox {
    let it = try TenantSandbox(try await TestTenant())
    try await it.declare(names)
    try await it.expectFine(["apply", "--auto-approve"])
    return it
  }

  @Test func aFlowThatCannotBeReadKeepsEveryConnection() async throws {
    let it = try await applied(["a", "kept"])
    let state = it.tenant.state
    try it.remove("a")
    let id = try #require(await state.id(of: "a"))
    let used = #"{"type": "HTTP", "action": "SEND_REQUEST", "params": {"connection_id": "\#(id)"}}"#
    let bodies = [
      "<html>maintenance</html>", #"[{"name": "a list"}]"#, #"{"name": "x", "actions": {}}"#,
      #"{"name": "x", "actions": [{"params": {"connection_id": 17}}]}"#,
      #"{"name": "x", "actions": [{"params": {"connection_id": "{{vars.connection}}"}}]}"#,
      String(repeating: "[", count: 100_000), String(repeating: "x", count: 9_000_000),
      // Those can be read, and use the connection.
      #"{"name": "\ud800", "actions": [{"type": "X"}, {"params": {"connection_id": ""}}, \#(used)]}"#,
      #"{"name": "\#(String(repeating: "x", count: 5_000_000))", "actions": [\#(used)]}"#,
      #"{"name": "x", "actions": [{"type": "FLOW", "action": "SWITCH", "params": {"cases": [{"then": [\#(used)]}]}}]}"#,
    ]
    for body in bodies {
      await state.putFlow("af_1", "Welcome", json: body)
      let refused = try await it.vaultctl(Self.prune, isRecorded: false)
      #expect(refused.status == 1, "\(body.prefix(80)): \(refused.text)\(refused.errorText)")
      #expect(refused.errorText.contains("--force"))
      #expect(await state.names == ["a", "kept"])
    }
    await state.putFlow("af_1", "Welcome", json: bodies[3])
    try await it.expectFine(["plan", "--prune"])
    #expect(try await it.vaultctl(Self.prune).status == 1)
    await state.putFlow(
      "af_1", "Welcome", json: #"{"name": "x", "actions": [{"type": "A", "action": "B"}]}"#)
    it.sandbox.transcript.note("The flow is corrected.")
    try await it.expectFine(Self.prune)
    #expect(await state.names == ["kept"])
    try it.sandbox.expectTranscript()
  }

  @Test func aConnectionThatAFlowUsesIsNotReplaced() async throws {
    let it = try await applied(["a"])
    let id = try #require(await it.tenant.state.id(of: "a"))
    await it.tenant.state.addFlow(
      "af_1", "Welcome", uses: id, type: "HTTP", action: "SEND_REQUEST")
    try it.sandbox.write(empty("a", app: "slack"), to: "connections/a.yaml")
    it.sandbox.transcript.note("`a` is of another app now.")
    #expect(try await it.vaultctl(["apply", "--auto-approve"]).status == 1)
    #expect(await it.tenant.state.id(of: "a") == id)
    try await it.expectFine(["apply", "--auto-approve", "--force"])
    let new = await it.tenant.state.id(of: "a")
    #expect(new != nil && new != id)
    try it.sandbox.expectTranscript()
  }

  /// A plan that was approved before a flow used the connection is out of date.
  @Test func aSavedPlanKnowsNoFlowThatCameLater() async throws {
    let it = try await applied(["a", "kept"])
    let id = try #require(await it.tenant.state.id(of: "a"))
    try it.remove("a")
    try await it.expectFine(["plan", "--prune", "--out", "it.plan"])
    for body in [
      "<html>", #"{"name": "New", "actions": [{"params": {"connection_id": "\#(id)"}}]}"#,
    ] {
      await it.tenant.state.putFlow("af_1", "New", json: body)
      let refused = try await it.vaultctl(["apply", "it.plan"])
      #expect(refused.status == 1 && refused.errorText.contains("VC3014"), "\(refused.errorText)")
      #expect(refused.errorText.contains("flow `New`"))
    }
    #expect(await it.tenant.state.names == ["a", "kept"])
    await it.tenant.state.removeFlow("af_1")
    try await it.expectFine(["apply", "it.plan"])
    #expect(await it.tenant.state.names == ["kept"])
  }

  /// Each of them stopped every command once.
  @Test func oddConnectionsConcernNobodyElse() async throws {
    let it = try await applied(["a", "gone"])
    let state = it.tenant.state
    await state.add("blank at the end ", app: "HTTP")
    await state.add(String(repeating: "x", count: 150) + "\u{301}", app: "HTTP")
    for _ in 0..<2 { await state.add("twice", app: "HTTP") }
    await state.add("a", app: "SLACK")
    await state.add("of tomorrow", app: "NOT_IN_THE_CATALOG", setup: ["type": "X"])
    await state.add("deformed", app: "HTTP")
    await state.add("of today", app: "HTTP")
    await state.deform("deformed", ["created_at": "yesterday"])
    let before = await state.names
    try it.remove("gone")
    try await it.expectFine(["set", "a", "token"], input: "n3w")
    try await it.expectFine(["plan", "--prune"])
    try await it.expectFine(["status"])
    try await it.expectFine(Self.prune)
    #expect(await state.setup(of: "a")?["token"] == "n3w")
    #expect(await state.names == before.filter { $0 != "gone" })
    let imported = try await it.vaultctl(["import", "--all"])
    #expect(imported.status == 4, "\(imported.errorText)")
    #expect(try await it.vaultctl(["import", "twice"]).status == 1)
    try await it.expectFine(["plan", "--detailed-exitcode"])
    try it.sandbox.expectTranscript()
  }

  @Test func aDeclaredNameThatTwoHaveIsSkippedAndTheApplyIsNotComplete() async throws {
    let it = try TenantSandbox(try await TestTenant())
    for _ in 0..<2 { await it.tenant.state.add("twice", app: "HTTP") }
    try await it.declare(["other", "twice"])
    let partly = try await it.vaultctl(["apply", "--auto-approve"])
    #expect(partly.status == 4, "\(partly.text)\(partly.errorText)")
    #expect(await it.tenant.state.names == ["other", "twice", "twice"])
    #expect(try await it.vaultctl(["apply", "--auto-approve", "--adopt"]).status == 1)
    await it.tenant.state.remove("twice")
    it.sandbox.transcript.note("Both `twice` are deleted there.")
    try await it.expectFine(["apply", "--auto-approve"])
    try await it.expectNoChanges()
    try it.sandbox.expectTranscript()
  }

  /// Somebody gives a connection of ours a name that no manifest can have: it is still ours.
  @Test func anOddNewNameOfOursIsDrift() async throws {
    let it = try await applied(["a", "b"])
    await it.tenant.state.touch("a", rename: "a ")
    let plan = try await it.vaultctl(["plan", "--fail-on", "drift"])
    #expect(plan.status == 3 && plan.text.contains("1 to update"), "\(plan.text)")
    try await it.expectFine(["apply", "--auto-approve"])
    #expect(await it.tenant.state.names == ["a", "b"])
    try await it.expectNoChanges()
    // Nor is it gone if the tenant's answer about it has another form.
    await it.tenant.state.deform("a", ["updated_at": "today"])
    let blocked = try await it.vaultctl(["apply", "--auto-approve"])
    #expect(blocked.status == 1 && blocked.text.contains("VC4060"), "\(blocked.text)")
    try it.remove("a")
    try await it.expectFine(Self.prune)
    #expect(await it.tenant.state.names == ["a", "b"])
  }

  /// A part of a setup can neither be added to the tenant's nor replace it.
  @Test func aPartOfASetupIsNotRecordedOverAnImportedOne() async throws {
    let it = try TenantSandbox(try await TestTenant())
    let theirs = [
      "type": "API_KEY", "account_id": "AC" + String(repeating: "1", count: 32),
      "api_key": String(repeating: "a", count: 32),
    ]
    await it.tenant.state.add("sms", app: "TWILIO", setup: theirs)
    try await it.expectFine(["import", "sms"])
    try await it.expectFine(["set", "sms", "api_key"], input: String(repeating: "b", count: 32))
    try await it.expectFine(["plan"])
    #expect(try await it.vaultctl(["apply", "--auto-approve"]).status == 1)
    #expect(await it.tenant.state.calls("PATCH") == 0)
    #expect(await it.tenant.state.setup(of: "sms") == theirs)
    let text = try it.sandbox.read("connections/sms.yaml")
    let whole = text.replacing(
      "    type: api_key\n",
      with: "    type: api_key\n    account_id: \(theirs["account_id"] ?? "")\n")
    #expect(whole != text)
    try it.sandbox.write(whole, to: "connections/sms.yaml")
    it.sandbox.transcript.note("`account_id` is added to the manifest.")
    try await it.expectFine(["apply", "--auto-approve"])
    #expect(await it.tenant.state.setup(of: "sms")?["api_key"] == String(repeating: "b", count: 32))
    try await it.expectNoChanges()
    try it.sandbox.expectTranscript()
  }

  /// A setup that is declared in part and completed by somebody there is theirs.
  @Test func aPartOfASetupIsNotRecordedOverWhatSomebodyCompleted() async throws {
    let it = try TenantSandbox(try await TestTenant())
    let manifest = empty("sms", app: "twilio").replacing(
      "{app: twilio}",
      with:
        "{app: twilio, setup: {type: api_key, account_id: AC\(String(repeating: "1", count: 32))}}")
    try it.sandbox.write(manifest, to: "connections/sms.yaml")
    try await it.expectFine(["apply", "--auto-approve"])
    try await it.expectNoChanges()
    let theirs = ["type": "API_KEY", "account_id": "AC2", "api_key": "theirs"]
    await it.tenant.state.touch("sms", setup: theirs)
    for _ in 0..<2 {
      let blocked = try await it.vaultctl(["apply", "--auto-approve"])
      #expect(blocked.status == 1 && blocked.text.contains("VC3041"), "\(blocked.text)")
    }
    #expect(await it.tenant.state.setup(of: "sms") == theirs)
    #expect(await it.tenant.state.calls("PATCH") == 0)
  }

  /// Nor is an existing connection taken over with a part of a setup.
  @Test func aPartOfASetupDoesNotTakeAConnectionOver() async throws {
    let it = try TenantSandbox(try await TestTenant())
    let theirs = ["type": "API_KEY", "account_id": "AC2", "api_key": "theirs"]
    await it.tenant.state.add("sms", app: "TWILIO", setup: theirs)
    let manifest = empty("sms", app: "twilio").replacing(
      "{app: twilio}",
      with:
        "{app: twilio, setup: {type: api_key, account_id: AC\(String(repeating: "1", count: 32))}}"
    )
    try it.sandbox.write(manifest, to: "connections/sms.yaml")
    for _ in 0..<2 {
      let refused = try await it.vaultctl(["apply", "--auto-approve", "--adopt"])
      #expect(refused.status == 1, "\(refused.text)\(refused.errorText)")
      #expect(refused.errorText.contains("VC4017"))
    }
    #expect(await it.tenant.state.calls("PATCH") == 0)
    #expect(await it.tenant.state.setup(of: "sms") == theirs)
  }

  /// Without a credential it is as good as none: nothing is posted, and what somebody authorizes in the
  /// dashboard stays.
  @Test func aConsentSetupWithoutCredentialIsEmpty() async throws {
    let it = try TenantSandbox(try await TestTenant())
    let manifest = empty("sheet", app: "google_sheets").replacing(
      "{app: google_sheets}", with: "{app: google_sheets, setup: {type: oauth_code}}")
    try it.sandbox.write(manifest, to: "connections/sheet.yaml")
    try await it.declare(["other"])
    try await it.expectFine(["apply", "--auto-approve"])
    #expect(await it.tenant.state.setup(of: "sheet") == nil)
    try await it.expectNoChanges()
    let theirs = ["type": "OAUTH_CODE", "code": "theirs"]
    await it.tenant.state.touch("sheet", setup: theirs)
    it.sandbox.transcript.note("Somebody authorizes `sheet` in the dashboard.")
    try await it.expectFine(["plan", "--detailed-exitcode"])
    try await it.expectFine(["apply", "--auto-approve"])
    await it.tenant.state.touch("sheet", setup: theirs)
    try await it.expectFine(["set", "other", "token"], input: "n3w")
    try await it.expectFine(["apply", "--auto-approve"], isRecorded: false)
    #expect(await it.tenant.state.setup(of: "sheet") == theirs)
    try it.sandbox.expectTranscript()
  }

  /// A code is good once: it is not written again over the authorization that followed it.
  @Test func aUsedCodeIsNotWrittenOverANewAuthorization() async throws {
    let it = try TenantSandbox(try await TestTenant())
    let manifest = empty("sheet", app: "google_sheets").replacing(
      "{app: google_sheets}", with: "{app: google_sheets, setup: {type: oauth_code, code: c0de}}")
    try it.sandbox.write(manifest, to: "connections/sheet.yaml")
    try await it.expectFine(["encrypt"], isRecorded: false)
    try await it.expectFine(["apply", "--auto-approve"])
    #expect(await it.tenant.state.setup(of: "sheet")?["code"] == "c0de")
    let theirs = ["type": "OAUTH_CODE", "code": "theirs"]
    await it.tenant.state.touch("sheet", setup: theirs)
    try await it.expectFine(["apply", "--auto-approve"])
    #expect(await it.tenant.state.setup(of: "sheet") == theirs)
    try await it.expectNoChanges()
    try await it.expectFine(["set", "sheet", "code"], input: "n3w")
    try await it.expectFine(["apply", "--auto-approve"])
    #expect(await it.tenant.state.setup(of: "sheet")?["code"] == "n3w")
  }
}
