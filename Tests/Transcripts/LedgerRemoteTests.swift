import Foundation
import TestSupport
import TestTenant
import Testing

/// A tenant whose ledger's remote does not do what it should.
@Suite struct LedgerRemoteTests {
  private let origin: TemporaryFolder
  private let tenant: TestTenant
  private let it: TenantSandbox

  init() async throws {
    origin = try TemporaryFolder()
    tenant = try await TestTenant()
    #expect(try run("/usr/bin/git", ["init", "--quiet", "--bare", origin.path]).status == 0)
    it = try TenantSandbox(tenant, origin: origin.path)
    try await it.declare(["a", "b"])
  }

  private func refuse(_ script: String?) throws {
    let path = origin.path + "/hooks/pre-receive"
    try? FileManager.default.removeItem(atPath: path)
    guard let script else { return }
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  @Test func aRefusalIsShownInTheRemotesWords() async throws {
    try refuse(#"printf 'refs/vaultctl/* is protected \033[31m\n' >&2; exit 1"#)
    it.sandbox.transcript.note("The remote's hook declines all pushes.")
    let refused = try await it.vaultctl(["apply", "--auto-approve"])
    #expect(refused.status == 1)
    #expect(!refused.errorText.contains("\u{1B}"))
    #expect(await tenant.state.names.isEmpty)
    #expect(try it.sandbox.git(["for-each-ref", "refs/vaultctl"]).text.isEmpty)
    try refuse(nil)
    try await it.expectFine(["apply", "--auto-approve"])
    try it.sandbox.expectTranscript(known: [(origin.path, "<origin>")])
  }

  @Test func aRemoteThatIsAwayIsSaidToBe() async throws {
    let away = origin.path + "-away"
    try FileManager.default.moveItem(atPath: origin.path, toPath: away)
    let refused = try await it.vaultctl(["apply", "--auto-approve"])
    try FileManager.default.moveItem(atPath: away, toPath: origin.path)
    #expect(refused.status == 1 && refused.errorText.contains("VC4072"), "\(refused.errorText)")
    #expect(await tenant.state.names.isEmpty)
  }

  /// The records are not where the next run looks for them, so exit code 0 would be wrong.
  @Test func anApplyWhoseEndIsNotAcceptedIsPartlyDone() async throws {
    let flag = origin.path + "/closed"
    try refuse("test ! -e \(flag)")
    tenant.watch { call, moment in
      if call.method == "POST", moment == .after {
        _ = FileManager.default.createFile(atPath: flag, contents: nil)
      }
    }
    let partly = try await it.vaultctl(["apply", "--auto-approve"])
    #expect(partly.status == 4, "\(partly.text)\(partly.errorText)")
    #expect(partly.text.contains("2 created"))
    #expect(partly.errorText.contains("VC4071"))
    #expect(await tenant.state.names == ["a", "b"])

    try FileManager.default.removeItem(atPath: flag)
    try await it.expectFine(["apply", "--auto-approve"])
    try await it.expectNoChanges()
    #expect(await tenant.state.names == ["a", "b"])
    #expect(await tenant.state.calls("POST") == 2)
  }

  /// The copy of a store's records is made after the store was written.
  @Test func aRollbackWhoseCopyIsNotAcceptedIsPartlyDone() async throws {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: "store: {type: sqlite, ledger: git}")
    try sandbox.git(["init", "--quiet"])
    try sandbox.git(["remote", "add", "origin", origin.path])
    try sandbox.write(httpManifest("a", token: "one"), to: "connections/a.yaml")
    for arguments in [["encrypt"], ["apply", "--auto-approve"]] {
      #expect(try sandbox.vaultctl(arguments).status == 0)
    }
    #expect(try sandbox.vaultctl(["set", "a", "token"], input: "two").status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    try refuse("exit 1")
    let partly = try sandbox.vaultctl(["rollback", "a", "--to", "1", "--auto-approve"])
    #expect(partly.status == 4 && partly.errorText.contains("VC4070"), "\(partly.errorText)")
    #expect(try sandbox.vaultctl(["history", "a"]).text.contains("3"), "it is rolled back")
    try refuse(nil)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["ledger", "verify"]).status == 0)
  }
}
