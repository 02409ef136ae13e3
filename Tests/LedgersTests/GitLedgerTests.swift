import Foundation
import GitPlumbing
import Ledgers
import Model
import Stores
import TestSupport
import Testing

@Suite struct GitLedgerTests {
  private func move(
    _ ledger: GitLedger, from version: GitLedger.Version, to contents: LedgerContents,
    on base: GitLedger.Version? = nil, _ message: String = "apply: done\n", isShared: Bool = true
  ) throws(StoreError) -> GitLedger.Version {
    try ledger.move(
      from: version, on: base ?? version, to: LedgerDraft(contents, since: version),
      message: message, by: provenance, isShared: isShared)
  }

  @Test func ofTwoClonesThatMoveTheSameStateOneWins() throws {
    let repositories = try GitRepositories()
    let (ann, bob) = (try repositories.clone("ann"), try repositories.clone("bob"))
    let (seenByAnn, seenByBob) = (try ann.read(), try bob.read())
    _ = try move(ann, from: seenByAnn, to: contents("a"))
    let tip = try repositories.remoteCommit()
    #expect(tip != nil)
    #expect(throws: StoreError.ledgerMoved) {
      _ = try move(bob, from: seenByBob, to: contents("b"))
    }
    #expect(try repositories.remoteCommit() == tip)
    #expect(try bob.read().contents == contents("a"), "the loser reads the winner's state")
    _ = try move(bob, from: bob.read(), to: contents("b"))
    #expect(try ann.read().contents == contents("b"))
  }

  /// Whoever may push branches and tags need not be allowed to push ledgers.
  @Test(arguments: ["refs/heads/", "refs/tags/"])
  func aBranchOrATagOfALedgersNameIsNoLedger(folder: String) throws {
    let repositories = try GitRepositories()
    let (ann, mallory) = (try repositories.clone("ann"), try repositories.clone("mallory"))
    _ = try move(mallory, from: mallory.read(), to: contents("forged"), isShared: false)
    let forged = folder + GitRepositories.ref
    try repositories.git(
      [
        "-C", repositories.path(of: "mallory"), "push", "--quiet", "origin",
        "\(GitRepositories.ref):\(forged)",
      ])
    try repositories.git(
      ["-C", repositories.path(of: "ann"), "fetch", "--quiet", "origin", "\(forged):\(forged)"])
    #expect(try ann.read().contents == LedgerContents())
    #expect(try ann.read(isOffline: true).contents == LedgerContents())
    // git does not push to a name that two refs end with, and the forged one stays what it was.
    let tip = try repositories.git(["-C", repositories.remote, "rev-parse", forged])
    #expect(throws: StoreError.self) { _ = try move(ann, from: ann.read(), to: contents("a")) }
    #expect(try repositories.remoteCommit() == nil)
    #expect(try repositories.git(["-C", repositories.remote, "rev-parse", forged]) == tip)
    try repositories.git(["-C", repositories.remote, "update-ref", "-d", forged])
    _ = try move(ann, from: ann.read(), to: contents("a"))
    #expect(try repositories.clone("bob").read().contents == contents("a"))
  }

  @Test func ledgersOfOtherOwnersAreFound() throws {
    let repositories = try GitRepositories()
    func ledger(_ clone: String, _ name: String) throws -> GitLedger {
      _ = try repositories.clone(clone)
      return GitLedger(
        git: Git(folder: repositories.path(of: clone)), name: name,
        place: name == "former" ? nil : "backend", remote: "origin")
    }
    for name in ["backend/p/dev", "backend/p/prod", "backend/q/_base", "former"] {
      let one = try ledger("ann", name)
      _ = try move(one, from: one.read(), to: contents("of " + name.replacing("/", with: " ")))
    }
    // Neither of them: a ledger of a backend whose name begins alike, and a branch.
    let other = try ledger("ann", "backend2/p/dev")
    _ = try move(other, from: other.read(), to: contents("x"))
    let bob = try ledger("bob", "backend/p/dev")
    let found = try bob.neighbours(ledger("bob", "former"), isOffline: false)
    #expect(
      found.others == [try contents("of backend p prod"), try contents("of backend q _base")])
    #expect(found.previous == [try contents("of former")])
    #expect(try bob.neighbours(ledger("bob", "former"), isOffline: true).others.isEmpty)
  }

  /// Our ledger and another owner's, both of them with these files.
  ///
  /// - Parameter files: texts by path.
  private func ledgers(
    of files: [String: String]
  ) throws -> (repositories: GitRepositories, ours: GitLedger, other: String) {
    let repositories = try GitRepositories()
    _ = try repositories.clone("ann")
    let folder = repositories.path(of: "ann")
    for (path, text) in files {
      let url = URL(fileURLWithPath: folder + "/" + path)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
    let git = ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@b"]
    try repositories.git(git + ["add", "--all"])
    try repositories.git(git + ["commit", "--quiet", "-m", "x"])
    let other = "refs/vaultctl/ledger/backend/q/_base"
    try repositories.git(git + ["update-ref", other, "HEAD"])
    try repositories.git(git + ["update-ref", "refs/vaultctl/ledger/ours", "HEAD"])
    let ours = GitLedger(
      git: Git(folder: folder), name: "ours", place: "backend", remote: nil)
    return (repositories, ours, other)
  }

  private func expectUnreadable(
    _ files: [String: String], _ fault: (_ prefix: String) -> StoreError
  ) throws {
    let (repositories, ours, other) = try ledgers(of: files)
    let (plain, named) = (fault(""), fault("\(other): "))
    #expect(throws: plain) { _ = try ours.read() }
    let former = GitLedger(
      git: Git(folder: repositories.path(of: "ann")), name: "former", remote: nil)
    #expect(throws: named) { _ = try ours.neighbours(former, isOffline: true) }
  }

  /// The other files of a newer version may have any form.
  @Test(arguments: [[:], ["state.json": "[]"], ["connections/%FF.json": "{}"]])
  func aNewerLedgerIsReportedAsNewer(files: [String: String]) throws {
    try expectUnreadable(files.merging(["version": "3\n"]) { $1 }) {
      .tooNew($0 + "the format of its ledger is newer than this version of vaultctl")
    }
  }

  @Test func aDamagedLedgersFileIsNamed() throws {
    try expectUnreadable(["version": "1\n", "state.json": "[]"]) {
      .ledgerFailed($0 + "`state.json` cannot be read")
    }
    try expectUnreadable(["version": "1\n", "connections/%FF.json": "{}"]) {
      .ledgerFailed($0 + "`connections/%FF.json` does not name a connection")
    }
  }

  /// Anybody who may push can write any number.
  @Test(arguments: [Int64.max, .min])
  func aCountOutOfRangeIsClamped(count: Int64) throws {
    let holder = try canonicalJSON(
      LockHolder(
        token: "t", who: "ann@laptop", host: "laptop", processID: 1, processStart: nil,
        since: provenance.at, lastSeen: provenance.at))
    let text = "{\"holder\":\(holder),\"intents\":[],\"done\":\(count)}"
    var run = try JSONDecoder().decode(LedgerRun.self, from: Data(text.utf8))
    run.done += 1
    #expect((1...1_000_000_001).contains(run.done))
  }

  @Test func ofTwoProcessesInOneRepositoryOneWins() throws {
    let repositories = try GitRepositories()
    let ledger = try repositories.clone("ann")
    let seen = try ledger.read()
    _ = try move(ledger, from: seen, to: contents("a"), isShared: false)
    #expect(throws: StoreError.ledgerMoved) {
      _ = try move(ledger, from: seen, to: contents("b"), isShared: false)
    }
    #expect(try ledger.read().contents == contents("a"))
    #expect(try repositories.remoteCommit() == nil, "what is not shared stays here")
  }

  @Test func whatIsWrittenIsReadBackByAnotherClone() throws {
    let repositories = try GitRepositories()
    let ann = try repositories.clone("ann")
    var written = LedgerContents()
    for text in ["plain", "a b/ä", "...", "%2F", "-c"] {
      written.entries[try name(text)] = try entry(version: "1")
    }
    written.key = "-----BEGIN PGP MESSAGE-----\n\nx\n-----END PGP MESSAGE-----\n"
    written.state.token = "t"
    written.state.step = 7
    _ = try move(ann, from: ann.read(), to: written)
    #expect(try repositories.clone("bob").read().contents == written)
    let files = try repositories.remoteFiles()
    #expect(Set(files).isSuperset(of: ["version", "state.json", "key.asc"]))
    #expect(files.filter { $0.hasPrefix("connections/") && $0.hasSuffix(".json") }.count == 5)
  }

  @Test func statesOfOneRunAreOneEntryOfTheLog() throws {
    let repositories = try GitRepositories()
    let ledger = try repositories.clone("ann")
    let base = try move(ledger, from: ledger.read(), to: contents("a"), "first\n")
    let begun = try move(ledger, from: base, to: contents("b"), "under way\n")
    _ = try move(ledger, from: begun, to: contents("c"), on: base, "second\n")
    #expect(try ledger.log().map(\.message) == ["second\n", "first\n"])
    #expect(try repositories.clone("bob").log().count == 2)
  }

  @Test func aRunThatChangedNothingIsReverted() throws {
    let repositories = try GitRepositories()
    let ledger = try repositories.clone("ann")
    let none = try ledger.read()
    let first = try move(ledger, from: none, to: contents("a"))
    try ledger.revert(try move(ledger, from: first, to: contents("b")), to: first)
    #expect(try ledger.read().contents == contents("a"))
    #expect(
      try repositories.remoteCommit()
        == repositories.clone("bob").log().first.flatMap { one in
          try repositories.remoteCommit().flatMap { $0.hasPrefix(one.id) ? $0 : nil }
        })
  }

  @Test func aResetIsAnEntryOnTopOfWhatThereWas() throws {
    let repositories = try GitRepositories()
    let ledger = try repositories.clone("ann")
    _ = try move(ledger, from: ledger.read(), to: contents("a"))
    try ledger.reset(to: LedgerDraft(LedgerContents(), since: nil), by: provenance)
    #expect(try repositories.clone("bob").read().contents == LedgerContents())
    #expect(try ledger.log().count == 2)
  }

  @Test func offlineTheRemoteIsNotAsked() throws {
    let repositories = try GitRepositories()
    let (ann, bob) = (try repositories.clone("ann"), try repositories.clone("bob"))
    _ = try move(ann, from: ann.read(), to: contents("a"))
    #expect(try bob.read(isOffline: true).contents == LedgerContents())
    #expect(try bob.read().contents == contents("a"))
  }

  /// - Parameter script: of the remote's hook; what it prints is shown to whoever pushes.
  private func refuse(_ repositories: GitRepositories, hook: String, _ script: String) throws {
    let path = repositories.remote + "/hooks/" + hook
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  enum Refusal: String, CaseIterable {
    case preReceive, update, hiddenRef

    func set(_ repositories: GitRepositories, _ test: GitLedgerTests) throws {
      switch self {
      case .preReceive:
        try test.refuse(repositories, hook: "pre-receive", "echo 'refs/vaultctl: no'; exit 1")
      case .update:
        try test.refuse(
          repositories, hook: "update", "case $1 in refs/vaultctl/*) exit 1; esac")
      case .hiddenRef:
        try repositories.git(
          ["-C", repositories.remote, "config", "receive.hideRefs", "refs/vaultctl"])
      }
    }
  }

  /// Another process is blamed only where the ref did move.
  @Test(arguments: Refusal.allCases)
  func aRemoteThatRefusesIsNotAnotherProcess(_ refusal: Refusal) throws {
    let repositories = try GitRepositories()
    let ledger = try repositories.clone("ann")
    let base = try move(ledger, from: ledger.read(), to: contents("a"))
    let tip = try repositories.remoteCommit()
    let begun = try ledger.read()
    try refusal.set(repositories, self)
    let error = #expect(throws: StoreError.self) {
      _ = try move(ledger, from: begun, to: contents("b"), on: base)
    }
    guard case .ledgerRejected(let words) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    if refusal == .preReceive { #expect(words.contains("refs/vaultctl: no")) }
    #expect(try repositories.remoteCommit() == tip)
    #expect(try ledger.read(isOffline: true).contents == contents("a"), "put back here too")
  }

  @Test func aRemoteThatCannotBeReachedIsSaidToBe() throws {
    let repositories = try GitRepositories()
    let ledger = try repositories.clone("ann")
    let seen = try ledger.read()
    try FileManager.default.moveItem(
      atPath: repositories.remote, toPath: repositories.remote + "-away")
    for attempt in [
      { _ = try ledger.read() }, { _ = try move(ledger, from: seen, to: contents("a")) },
    ] {
      let error = #expect(throws: StoreError.self) { try attempt() }
      guard case .ledgerUnreachable = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
    #expect(try ledger.read(isOffline: true).contents == LedgerContents())
  }

  /// The remote took the push, and the connection broke before it could say so.
  @Test func aPushWhoseResponseIsLostIsFoundToBeDone() throws {
    let repositories = try GitRepositories()
    let ledger = try repositories.clone("ann")
    try refuse(repositories, hook: "post-receive", "kill -9 $PPID")
    _ = try move(ledger, from: ledger.read(), to: contents("a"))
    #expect(try repositories.remoteCommit() != nil)
    #expect(try repositories.clone("bob").read().contents == contents("a"))
  }

  /// A ref that cannot be written here is not another process either.
  @Test func aRefThatIsLockedHereIsSaidToBe() throws {
    let repositories = try GitRepositories()
    let ledger = try repositories.clone("ann")
    let seen = try move(ledger, from: ledger.read(), to: contents("a"))
    try repositories.lockRef(of: "ann")
    let error = #expect(throws: StoreError.self) {
      _ = try move(ledger, from: seen, to: contents("b"))
    }
    guard case .ledgerFailed(let words) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(words.contains(".lock"))
  }
}
