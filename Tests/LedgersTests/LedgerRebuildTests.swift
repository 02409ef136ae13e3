import Foundation
import Ledgers
import Model
import Secrets
import Stores
import TestSupport
import Testing

/// What a rebuilt ledger takes the place of.
@Suite struct LedgerRebuildTests {
  /// Opens every key but one.
  private struct ProtectionWithoutOne: KeyProtection {
    let other = TestProtection()
    let sealed: String
    /// `nil`: no key here opens it.
    let failure: KeyProtectionFailure?

    func seal(_ key: SecretBytes) async throws(KeyProtectionFailure) -> String {
      try await other.seal(key)
    }

    func open(_ sealed: String) async throws(KeyProtectionFailure) -> SecretBytes {
      if sealed == self.sealed, let failure { throw failure }
      return try await other.open(sealed)
    }

    func mayOpen(_ sealed: String) async -> Bool { sealed != self.sealed || failure != nil }
  }

  private let repositories: GitRepositories
  private let ledger: GitLedger

  init() throws {
    repositories = try GitRepositories()
    ledger = try repositories.clone("ann")
  }

  private func rebuild(_ protection: any KeyProtection = TestProtection()) async throws -> Bool {
    let authentication = LedgerAuthentication(
      name: "test", protection: protection, signing: nil, memory: TestLedgerMemory())
    return try await ledger.rebuild(provenWith: authentication, by: provenance)
  }

  /// Moves the ledger, here and at the remote, to these files.
  private func move(to files: [String: String]) throws {
    let folder = repositories.path(of: "ann")
    for (path, text) in files {
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + path))
    }
    let git = ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@b"]
    try repositories.git(git + ["add", "--all"])
    try repositories.git(git + ["commit", "--quiet", "-m", "x"])
    try repositories.git(git + ["update-ref", GitRepositories.ref, "HEAD"])
    try repositories.git(
      git + ["push", "--quiet", "origin", "\(GitRepositories.ref):\(GitRepositories.ref)"])
  }

  @Test(arguments: [["version": "9\n"], ["version": "3\n", "state.json": "[]"]])
  func aLedgerOfANewerVersionStaysAsItIs(files: [String: String]) async throws {
    try move(to: files)
    let tip = try repositories.remoteCommit()
    await #expect(
      throws: StoreError.tooNew(
        "the format of its ledger is newer than this version of vaultctl")
    ) { try await rebuild() }
    #expect(try repositories.remoteCommit() == tip)
  }

  @Test(arguments: [
    ["version": "1\n", "state.json": "[]"], ["version": "2\n", "proof.json": "x"],
  ])
  func aDamagedLedgerIsReplaced(files: [String: String]) async throws {
    try move(to: files)
    #expect(try await !rebuild(), "nobody knows whether there was a key")
    #expect(try repositories.clone("bob").read().contents.proof?.links == [])
  }

  @Test func aNewKeyIsLinkedToTheOneBeforeIt() async throws {
    #expect(try await rebuild(), "there was none")
    #expect(try await rebuild())
    #expect(try ledger.read().contents.proof?.links.count == 1)
  }

  /// It may be another person's, or forged.
  @Test(arguments: [nil, KeyProtectionFailure("it is damaged")])
  func aKeyThatDoesNotOpenIsReplacedWithoutALink(failure: KeyProtectionFailure?) async throws {
    _ = try await rebuild()
    let sealed = try #require(try ledger.read().contents.key)
    #expect(try await !rebuild(ProtectionWithoutOne(sealed: sealed, failure: failure)))
    #expect(try ledger.read().contents.proof?.links == [])
  }

  @Test func aCancelledPromptChangesNothing() async throws {
    _ = try await rebuild()
    let sealed = try #require(try ledger.read().contents.key)
    let tip = try repositories.remoteCommit()
    let failure = KeyProtectionFailure("the prompt was cancelled", isTemporary: true)
    await #expect(throws: StoreError.keyUnavailable("the prompt was cancelled")) {
      try await rebuild(ProtectionWithoutOne(sealed: sealed, failure: failure))
    }
    #expect(try repositories.remoteCommit() == tip)
  }
}
