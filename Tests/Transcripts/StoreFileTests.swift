import Foundation
import TestSupport
import TestTenant
import Testing

/// A branch must not be able to replace the store's file.
@Suite struct StoreFileTests {
  /// A repository with one connection that is applied to the store.
  private func sandbox(store: String = "{type: sqlite}") throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: "store: \(store)")
    try sandbox.write(httpManifest("a", token: "t0ken"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    try sandbox.git(["init", "--quiet", "--initial-branch=main"])
    return sandbox
  }

  private func expectRefusal(_ sandbox: Sandbox, code: String) throws {
    for arguments in [["plan"], ["apply", "--auto-approve"], ["status"]] {
      let finished = try sandbox.vaultctl(arguments)
      #expect(finished.status == 1 && finished.errorText.contains(code), "\(finished.errorText)")
    }
  }

  @Test func aTrackedStoreIsRefused() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.git(["add", "--force", ".vaultctl/vault.db"]).status == 0)
    sandbox.transcript.note("The store is added to the index.")
    try expectRefusal(sandbox, code: "VC4073")
    #expect(try sandbox.git(["rm", "--quiet", "--cached", ".vaultctl/vault.db"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"]).status == 0)
    try sandbox.expectTranscript()
  }

  /// SQLite would take the content of these for the store's.
  @Test(arguments: [
    ".vaultctl/vault.db-wal", ".vaultctl/vault.db-shm", ".vaultctl/vault.db-journal",
  ])
  func whatSQLiteReadsBesideItIsRefusedToo(_ file: String) throws {
    let sandbox = try sandbox()
    try sandbox.write("x", to: file)
    #expect(try sandbox.git(["add", "--force", file]).status == 0)
    try FileManager.default.removeItem(atPath: sandbox.folder.path + "/.vaultctl")
    try expectRefusal(sandbox, code: "VC4073")
  }

  @Test func aSubmoduleInItsPlaceIsRefused() throws {
    let sandbox = try sandbox()
    try sandbox.write("x", to: "x")
    try sandbox.git(["add", "x"])
    #expect(try sandbox.git(["commit", "--quiet", "-m", "x"]).status == 0)
    let head = try sandbox.git(["rev-parse", "HEAD"]).text.filter { !$0.isNewline }
    #expect(
      try sandbox.git(["update-index", "--add", "--cacheinfo", "160000,\(head),.vaultctl"]).status
        == 0)
    try expectRefusal(sandbox, code: "VC4073")
  }

  @Test func aTrackedLedgerIsRefused() async throws {
    let tenant = try await TestTenant()
    let it = try TenantSandbox(tenant, ledger: "{type: sqlite, path: .vaultctl/ledger.db}")
    try await it.declare(["a"])
    try await it.expectFine(["apply", "--auto-approve"])
    #expect(try it.sandbox.git(["add", "--force", ".vaultctl/ledger.db"]).status == 0)
    let plan = try await it.vaultctl(["plan"])
    #expect(plan.status == 1 && plan.errorText.contains("VC4073"))
  }

  @Test(arguments: ["state/vault.db", "state/deep/vault.db", "state/deep/deeper/vault.db"])
  func aLinkAnywhereAboveItIsRefused(_ path: String) throws {
    let sandbox = try sandbox(store: "{type: sqlite, path: \(path)}")
    let elsewhere = try TemporaryFolder()
    for folder in ["deep/deeper", "deep"] {
      try FileManager.default.createDirectory(
        atPath: elsewhere.path + "/" + folder, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    }
    try FileManager.default.createSymbolicLink(
      atPath: sandbox.folder.path + "/state", withDestinationPath: elsewhere.path)
    try expectRefusal(sandbox, code: "VC4003")
    let left = try FileManager.default.subpathsOfDirectory(atPath: elsewhere.path)
    #expect(!left.contains { $0.hasSuffix("vault.db") })
  }

  @Test func aStoreOutsideTheWorkTreeIsNotTouchedByACheckout() throws {
    let elsewhere = try TemporaryFolder()
    let store = elsewhere.path + "/vaultctl/vault.db"
    let sandbox = try sandbox(store: "{type: sqlite, path: \(store)}")
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(FileManager.default.fileExists(atPath: store))
    // Commands that change manifests have their journal there while they write.
    let local = sandbox.folder.path + "/.vaultctl"
    #expect(try FileManager.default.contentsOfDirectory(atPath: local).isEmpty)
    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"]).status == 0)
  }

  /// A plan would create everything again, which the store has.
  @Test(arguments: [
    ("empty", ": >"), ("anotherProgram", "sqlite3 new.db 'CREATE TABLE theirs (x)'; mv new.db"),
    ("text", "echo text >"), ("cut", "head -c 4096 vault.db > cut; mv cut"),
  ])
  func whatIsNoStoreIsRefused(_ what: String, _ command: String) throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"], isRecorded: false).status == 0)
    let folder = sandbox.folder.path + "/.vaultctl"
    let script = """
      sqlite3 vault.db 'PRAGMA wal_checkpoint(TRUNCATE)' && rm -f vault.db-*; umask 077
      \(command) vault.db
      """
    #expect(try run("/bin/sh", ["-ec", script], in: folder).status == 0)
    try expectRefusal(sandbox, code: "VC4009")
    #expect(try sandbox.vaultctl(["store", "verify"]).status == 1)
    try FileManager.default.removeItem(atPath: folder + "/vault.db")
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"], isRecorded: false).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"], isRecorded: false).status == 0)
    try sandbox.expectTranscript(case: what)
  }

  @Test func initIgnoresTheStore() throws {
    let sandbox = try Sandbox()
    try FileManager.default.removeItem(atPath: sandbox.folder.path + "/vaultctl.yaml")
    #expect(try sandbox.vaultctl(["init", "--recipient", sandbox.key]).status == 0)
    try sandbox.git(["init", "--quiet"])
    #expect(try sandbox.git(["check-ignore", ".vaultctl/vault.db"]).status == 0)
  }
}
