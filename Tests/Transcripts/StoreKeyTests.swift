import Foundation
import TestSupport
import Testing

/// Who can open the store: its recipients are declared, planned and applied like everything else.
@Suite(.serialized) struct StoreKeyTests {
  private let sandbox: Sandbox
  /// Bob's own keyring, with Ann's public key.
  private let bob: GPGHome
  private let bobsKey: String

  init() throws {
    sandbox = try Sandbox()
    bob = try GPGHome()
    bobsKey = try bob.makeKey("Bob <bob@example.com>")
    try bob.gpg(["--import"], input: sandbox.home.gpg(["--export", sandbox.key]).output)
    try sandbox.home.gpg(["--import"], input: bob.gpg(["--export", bobsKey]).output)
    try sandbox.write(httpManifest("api", token: "v4lue"), to: "connections/api.yaml")
    try fine(["encrypt"])
    try fine(["apply", "--auto-approve"])
  }

  @discardableResult
  private func fine(
    _ arguments: [String], asBob: Bool = false, isRecorded: Bool = false
  ) throws -> Finished {
    let finished = try sandbox.vaultctl(
      arguments, home: asBob ? bob.path : nil, isRecorded: isRecorded)
    #expect(finished.status == 0, "\(arguments): \(finished.text)\(finished.errorText)")
    return finished
  }

  private func opens(asBob: Bool) throws -> Bool {
    let finished = try sandbox.vaultctl(
      ["exec", "api", "--", "printenv", "API_TOKEN"], home: asBob ? bob.path : nil,
      isRecorded: false)
    #expect(finished.text == "v4lue\n" || finished.status != 0)
    return finished.status == 0
  }

  private func sealedKey() throws -> String {
    try run(
      "/usr/bin/sqlite3",
      [sandbox.folder.path + "/.vaultctl/vault.db", "SELECT sealed FROM store_key"]
    ).text
  }

  @Test func recipientsFollowWithAnApply() throws {
    let before = try sealedKey()
    try sandbox.writeProject(keys: [sandbox.key, bobsKey])
    try fine(["rekey"])
    #expect(try sealedKey() == before, "rekey changes files, and no store")
    #expect(try !opens(asBob: true))
    let plan = try sandbox.vaultctl(["plan", "--detailed-exitcode"])
    #expect(plan.status == 2)
    try fine(["apply", "--auto-approve"], isRecorded: true)
    try fine(["plan", "--detailed-exitcode"])
    #expect(try opens(asBob: true) && opens(asBob: false))

    // Ann goes: Bob, who is still a recipient, applies it.
    try sandbox.writeProject(keys: [bobsKey])
    try fine(["rekey"], asBob: true)
    #expect(try opens(asBob: false), "nothing is applied yet")
    let removal = try sandbox.vaultctl(["plan", "--format", "json"], isRecorded: false)
    #expect(removal.text.contains("\"is_new\" : true"), "\(removal.text)")
    let ofAnn = try sealedKey()
    try fine(["apply", "--auto-approve"], asBob: true, isRecorded: true)
    try fine(["plan", "--detailed-exitcode"], asBob: true)
    #expect(try opens(asBob: true) && !opens(asBob: false))

    // She kept the old key, and puts it back.
    _ = try run(
      "/usr/bin/sqlite3",
      [
        sandbox.folder.path + "/.vaultctl/vault.db",
        "UPDATE store_key SET sealed = '\(ofAnn)'",
      ])
    #expect(try !opens(asBob: false))
    let written = try sandbox.vaultctl(
      ["set", "api", "token"], input: "n3w", home: bob.path, isRecorded: false)
    #expect(written.status == 0, "\(written.errorText)")
    #expect(
      try sandbox.vaultctl(["apply", "--auto-approve"], home: bob.path, isRecorded: false).status
        == 1)
    try sandbox.expectTranscript(
      known: [(sandbox.key, "<ann>"), (bobsKey, "<bob>")])
  }

  /// A change of the recipients that is taken back, or never merged, changes nothing in the store.
  @Test func aBranchAloneChangesNothing() throws {
    let file = try sandbox.read("vaultctl.yaml")
    let manifest = try sandbox.read("connections/api.yaml")
    let before = try sealedKey()
    try sandbox.writeProject(keys: [bobsKey])
    _ = try sandbox.vaultctl(["rekey"], isRecorded: false)
    try sandbox.write(file, to: "vaultctl.yaml")
    try sandbox.write(manifest, to: "connections/api.yaml")
    #expect(try sealedKey() == before)
    try fine(["plan", "--detailed-exitcode"])
    #expect(try opens(asBob: false) && !opens(asBob: true))
  }

  @Test func aSavedPlanIsForTheKeyThatItSaw() throws {
    try sandbox.writeProject(keys: [sandbox.key, bobsKey])
    try fine(["rekey"])
    try fine(["plan", "--out", "p.plan"])
    try fine(["apply", "--auto-approve"])
    let stale = try sandbox.vaultctl(["apply", "p.plan"], isRecorded: false)
    #expect(stale.status == 1 && stale.errorText.contains("VC3014"), "\(stale.errorText)")
  }

  /// Everything that will be written is opened first.
  @Test func aValueThatDoesNotOpenLeavesTheKey() throws {
    let before = try sealedKey()
    try sandbox.writeProject(keys: [sandbox.key, bobsKey])
    try fine(["rekey"])
    let other = "connections/other.yaml"
    try sandbox.write(httpManifest("other", token: "another's"), to: other)
    try fine(["encrypt"])
    let sealed = try sandbox.read(other)
    try sandbox.write(sealed.replacing("name: other", with: "name: moved"), to: other)
    let apply = try sandbox.vaultctl(["apply", "--auto-approve"], isRecorded: false)
    #expect(apply.status == 1 && apply.errorText.contains("VC2015"), "\(apply.errorText)")
    #expect(try sealedKey() == before)
  }

  /// The store has its new key, and the copy in git could not be written.
  @Test func aFailureAfterTheKeyWasSealedIsAPart() throws {
    let elsewhere = try TemporaryFolder()
    let origin = elsewhere.path + "/origin.git"
    _ = try run("/usr/bin/git", ["init", "--quiet", "--bare", origin])
    for arguments in [["init", "--quiet"], ["remote", "add", "origin", origin]] {
      try sandbox.git(arguments)
    }
    let store = "store: {type: sqlite, ledger: git}"
    try sandbox.writeProject(extra: store)
    try fine(["apply", "--auto-approve"])
    let hook = origin + "/hooks/pre-receive"
    try Data("#!/bin/sh\necho no; exit 1\n".utf8).write(to: URL(fileURLWithPath: hook))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: hook)
    let before = try sealedKey()
    try sandbox.writeProject(keys: [sandbox.key, bobsKey], extra: store)
    let apply = try sandbox.vaultctl(["apply", "--auto-approve"], isRecorded: false)
    #expect(apply.status == 4, "\(apply.text)\(apply.errorText)")
    #expect(try sealedKey() != before)
    try FileManager.default.removeItem(atPath: hook)
    try fine(["rekey"])
    try fine(["apply", "--auto-approve"])
    try fine(["plan", "--detailed-exitcode"])
    try fine(["plan", "--offline", "--detailed-exitcode"])
  }

  /// Who cannot open the key cannot change who can.
  @Test func someoneElseCannotApplyIt() throws {
    try sandbox.writeProject(keys: [bobsKey])
    let apply = try sandbox.vaultctl(
      ["apply", "--auto-approve"], home: bob.path, isRecorded: false)
    #expect(apply.status == 1, "\(apply.text)")
    #expect(try opens(asBob: false) && !opens(asBob: true))
  }

  /// A plan needs no key, and writes nothing: gpg would make a keyring.
  @Test func aPlanComparesRecipientsWithoutAKeyring() throws {
    let empty = try TemporaryFolder()
    func plan() throws -> Finished {
      try sandbox.vaultctl(["plan", "--detailed-exitcode"], home: empty.path, isRecorded: false)
    }
    let same = try plan()
    #expect(same.status == 0 && !same.text.contains("VC2050"), "\(same.text)")
    try sandbox.writeProject(keys: [bobsKey])
    let removal = try plan()
    #expect(removal.status == 2)
    for line in ["+ \(bobsKey.suffix(16))", "- \(sandbox.key.suffix(16))", "a new key"] {
      #expect(removal.text.contains(line), "\(removal.text)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: empty.path).isEmpty)
  }

  /// An earlier version noted no recipients; their public keys say whom the key is addressed to.
  @Test func aKeyWithoutANoteNeedsPublicKeys() throws {
    let lines = try sealedKey().split(separator: "\n", omittingEmptySubsequences: false)
    let plain = lines.filter { !$0.hasPrefix("Comment:") }
    #expect(plain.count == lines.count - 1)
    _ = try sandbox.changeStore("UPDATE store_key SET sealed = '\(plain.joined(separator: "\n"))'")
    try fine(["plan", "--detailed-exitcode"])
    let empty = try TemporaryFolder()
    let plan = try sandbox.vaultctl(
      ["plan", "--detailed-exitcode"], home: empty.path, isRecorded: false)
    #expect(plan.status == 0 && plan.text.contains("VC2050"), "\(plan.text)\(plan.errorText)")
    let apply = try sandbox.vaultctl(
      ["apply", "--auto-approve"], home: empty.path, isRecorded: false)
    #expect(apply.status == 1, "who can open the store is not known to be as declared")
    #expect(try FileManager.default.contentsOfDirectory(atPath: empty.path).isEmpty)
    try sandbox.writeProject(keys: [sandbox.key, bobsKey])
    let addition = try sandbox.vaultctl(["plan", "--detailed-exitcode"], isRecorded: false)
    #expect(addition.status == 2 && addition.text.contains("+ Bob"), "\(addition.text)")
  }
}
