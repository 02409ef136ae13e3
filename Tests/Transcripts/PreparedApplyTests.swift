import Foundation
import TestAuthorizationServer
import TestOpenBao
import TestSupport
import TestTenant
import Testing

/// An apply checks everything of its own before its first write, and says so if something may have
/// been written.
@Suite struct PreparedApplyTests {
  /// The sealed value of `from` stands in `into` as well.
  private func move(_ sandbox: Sandbox, from: String, into: String) throws {
    let text = try sandbox.read("connections/\(from).yaml")
    try sandbox.write(
      text.replacingOccurrences(of: "name: \(from)", with: "name: \(into)"),
      to: "connections/\(into).yaml")
  }

  @Test func oneMovedValueAmongThreeIsFoundBeforeAnythingIsCreated() throws {
    let sandbox = try Sandbox()
    for name in ["a", "b", "c"] {
      try sandbox.write(
        httpManifest(name, token: "value-of-\(name)"), to: "connections/\(name).yaml")
    }
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    try move(sandbox, from: "a", into: "c")
    sandbox.transcript.note("The sealed value of `a` is in `c` too.")
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 1)
    #expect(try sandbox.vaultctl(["status"]).status == 0)
    #expect(try sandbox.vaultctl(["set", "c", "token"], input: "own").status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    try sandbox.expectTranscript()
  }

  @Test func onATenantAMovedValueIsFoundBeforeTheFirstCall() async throws {
    let tenant = try await TestTenant()
    let it = try TenantSandbox(tenant)
    try await it.declare(["a", "b", "c"])
    try await it.expectFine(["apply", "--auto-approve", "--target", "a"])
    try move(it.sandbox, from: "a", into: "c")
    try await it.expectFine(["set", "a", "token"], input: "n3w")
    await tenant.state.forgetExchanges()
    #expect(try await it.vaultctl(["apply", "--auto-approve"]).status == 1)
    #expect(await tenant.state.calls("POST") == 0)
    #expect(await tenant.state.calls("PATCH") == 0)
    #expect(await tenant.state.setup(of: "a")?["token"] == "value-of-a")
  }

  /// Bob was added to the project file and can open the values that were sealed since, but not the
  /// ledger's key.
  @Test func aRecipientWhoCannotOpenTheStoresKeyChangesNothing() async throws {
    let tenant = try await TestTenant()
    let it = try TenantSandbox(tenant)
    try await it.declare(["a"])
    try await it.expectFine(["apply", "--auto-approve"], isRecorded: false)
    let (bob, address) = try self.bob(joins: it.sandbox)
    let project = try it.sandbox.read("vaultctl.yaml").replacingOccurrences(
      of: "keys: [\(it.sandbox.key)]", with: "keys: [\(it.sandbox.key), \(address)]")
    try it.sandbox.write(project, to: "vaultctl.yaml")
    try await it.declare(["b"])
    it.sandbox.transcript.note("Bob is a recipient by now, and `b` is sealed for him too.")
    let refused = try await it.vaultctl(["apply", "--auto-approve"], home: bob.path)
    #expect(refused.status == 1)
    #expect(await tenant.state.names == ["a"])
    it.sandbox.transcript.note("Ann applies it.")
    try await it.expectFine(["apply", "--auto-approve"])
    #expect(await tenant.state.names == ["a", "b"])
    try it.sandbox.expectTranscript(known: [(address, "<Bob>"), (it.sandbox.key, "<Ann>")])
  }

  private func bob(joins sandbox: Sandbox) throws -> (home: GPGHome, key: String) {
    let bob = try GPGHome()
    let key = try bob.makeKey("Bob <bob@example.com>")
    for (from, to, name) in [(bob, sandbox.home, key), (sandbox.home, bob, sandbox.key)] {
      let exported = try from.gpg(["--armor", "--export", name])
      try to.gpg(["--import"], input: exported.output)
    }
    return (bob, key)
  }

  @Test func theSameHoldsForOpenBaoAndSQLite() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    for store in ["{type: sqlite}", "{type: openbao}"] {
      let it = try OpenBaoSandbox(server.root, store: store)
      try it.declare(["a"])
      try it.fine(["apply", "--auto-approve"])
      let (bob, key) = try self.bob(joins: it.sandbox)
      try it.sandbox.writeProject(keys: [it.sandbox.key, key], extra: "store: \(store)")
      try it.declare(["b"])
      let refused = try it.sandbox.vaultctl(
        ["apply", "--auto-approve"], home: bob.path, environment: server.root.environment)
      #expect(refused.status == 1, "\(store): \(refused.text)")
      #expect(refused.errorText.contains("VC4010"), "\(store): \(refused.errorText)")
      #expect(try it.fine(["plan"]).text.contains("1 to create"), "\(store)")
      try it.fine(["apply", "--auto-approve"])
      try it.expectNoChanges()
    }
  }

  /// The record's place may be written, the data may not.
  @Test func aWriteThatIsRefusedHalfwayIsSettledByTheNextRun() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    try server.root.writePolicy(
      "halfway",
      """
      path "secret/metadata/*" { capabilities = ["create", "read", "update", "list"] }
      path "secret/detailed-metadata/*" { capabilities = ["list"] }
      path "secret/data/vaultctl-state/*" { capabilities = ["create", "read", "update"] }
      """)
    let it = try OpenBaoSandbox(server.root)
    try it.declare(["a", "b"])
    let halfway = server.root.with(token: try server.root.makeToken(["halfway"]))
    let partly = try it.vaultctl(["apply", "--auto-approve"], as: halfway)
    #expect(partly.status == 4, "\(partly.text)\(partly.errorText)")
    #expect(partly.errorText.contains("VC4070"))
    let settled = try it.fine(["apply", "--auto-approve"])
    #expect(settled.errorText.contains("VC4007"), "\(settled.errorText)")
    try it.expectNoChanges()
    try it.sandbox.expectTranscript()
  }
}
