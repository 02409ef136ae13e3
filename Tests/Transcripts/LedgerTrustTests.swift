import Foundation
import Synchronization
import TestSupport
import TestTenant
import Testing

/// A ledger that somebody else may push to: what they write there does not count.
@Suite(.serialized) struct LedgerTrustTests {
  private let origin: TemporaryFolder
  private let tenant: TestTenant
  private let it: TenantSandbox
  private let forger: LedgerForger

  init() async throws {
    origin = try TemporaryFolder()
    tenant = try await TestTenant()
    #expect(try run("/usr/bin/git", ["init", "--quiet", "--bare", origin.path]).status == 0)
    it = try TenantSandbox(tenant, origin: origin.path)
    forger = LedgerForger(
      origin: origin.path,
      ref: "refs/vaultctl/ledger/auth0/test.eu.auth0.com/sandbox0sandbox0sand/_base")
    try await it.declare(["a", "b"])
    try await it.expectFine(["apply", "--auto-approve"])
  }

  /// Removes what a clone has and what its user's machine saw, as in a job.
  private func beNewClone() throws {
    try it.sandbox.git(["update-ref", "-d", forger.ref])
    try it.sandbox.forgetLedgers()
  }

  private func writeProject(_ extra: String = "", ledger: String = "git") throws {
    try it.sandbox.writeProject(
      extra: """
        \(extra)
        store:
          {type: auth0, domain: test.eu.auth0.com, baseURL: "\(tenant.address)", ledger: \(ledger)}
        """)
  }

  private func tenantWrites() async -> Int {
    var count = 0
    for method in ["POST", "PATCH", "DELETE"] { count += await tenant.state.calls(method) }
    return count
  }

  private func expectRefused(
    _ reason: String, _ commands: [[String]] = [["plan"], ["apply", "--auto-approve"]],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let tip = forger.tipIfAny
    let before = await tenantWrites()
    for command in commands {
      let refused = try await it.vaultctl(command)
      #expect(refused.status == 1, "\(refused.text)", sourceLocation: sourceLocation)
      #expect(
        refused.errorText.contains("VC4074") && refused.errorText.contains(reason),
        "\(refused.errorText)", sourceLocation: sourceLocation)
    }
    #expect(forger.tipIfAny == tip, "the ledger stays", sourceLocation: sourceLocation)
    #expect(await tenantWrites() == before, sourceLocation: sourceLocation)
  }

  private func ledgerKey() async throws -> String {
    let verified = try await it.expectFine(["ledger", "verify"])
    let line = try #require(verified.text.split(separator: "\n").first)
    return String(try #require(line.split(separator: " ").last).dropLast())
  }

  private func publishKeyOfTheirOwn(in files: inout [String: String]) throws {
    // A key that they know, sealed for the project's recipient as anybody can.
    let sealed = try it.sandbox.home.gpg(
      [
        "--encrypt", "--armor", "--trust-model", "always", "--recipient", it.sandbox.key,
        "--set-filename", "vaultctl:ledger-key:v1:sandbox:-",
      ], input: Data(repeating: 7, count: 32))
    files["key.asc"] = sealed.text
  }

  enum Forgery: String, CaseIterable {
    case key, keyWithoutProof, record, destination, removal, addition, alias, stranger, run
    case proofRemoved, previousForm, proofOfOlderState
  }

  /// In a clone that saw nothing before.
  @Test(arguments: Forgery.allCases)
  func whatAPusherWroteIsRefused(_ forgery: Forgery) async throws {
    let older = try forger.files()
    try await it.expectFine(["set", "a", "token"], input: "n3w")
    try await it.expectFine(["apply", "--auto-approve"])
    try forger.change { files in
      let a = "connections/a.json"
      let record = try #require(files[a])
      switch forgery {
      case .key: try publishKeyOfTheirOwn(in: &files)
      case .keyWithoutProof:
        try publishKeyOfTheirOwn(in: &files)
        files["proof.json"] = nil
      case .record: files[a] = older[a]
      case .destination:
        files[a] = record.replacingOccurrences(of: "\"destinations\"", with: "\"unused\"")
        #expect(files[a] != record)
      case .removal: files[a] = nil
      case .addition:
        files["connections/c.json"] = record
      case .alias: files["connections/%61.json"] = older[a]
      case .stranger: files["connections/new.file"] = "x"
      case .run:
        let state = try #require(files["state.json"])
        files["state.json"] = state.replacingOccurrences(
          of: "\"interrupted\" : [", with: "\"interrupted\" : [ ")
        #expect(files["state.json"] != state)
      case .proofRemoved: files["proof.json"] = nil
      case .previousForm:
        files["proof.json"] = nil
        files["version"] = "1\n"
      case .proofOfOlderState: files["proof.json"] = older["proof.json"]
      }
    }
    try beNewClone()
    try await expectRefused("cannot be trusted")
    guard forgery == .key else { return }
    try await expectRefused("cannot be trusted", [["ledger", "verify"]])
    // Rebuilt, it is the project's own again, under a key that they do not know.
    try await it.expectFine(["ledger", "rebuild", "--auto-approve"])
    try await it.expectFine(["apply", "--adopt", "--auto-approve"])
    try await it.expectNoChanges()
    try await it.expectFine(["ledger", "verify"])
  }

  /// Every state of it is authentic, so only what was seen before shows it.
  @Test func anOlderStateAndAnEmptyLedgerAreRefusedUntilTheyAreAccepted() async throws {
    let older = try forger.tip()
    try await it.expectFine(["set", "a", "token"], input: "n3w")
    try await it.expectFine(["apply", "--auto-approve"], isRecorded: false)
    try await it.expectFine(["ledger", "verify"], isRecorded: false)
    try forger.move(to: older)
    it.sandbox.transcript.note("The state before that apply is put back at the remote.")
    try await expectRefused("of it was seen there")
    try it.sandbox.git(["update-ref", "-d", forger.ref])
    try await expectRefused("of it was seen here")
    let declined = try await it.vaultctl(["ledger", "accept"], input: "no\n")
    #expect(declined.status == 1)
    try await it.expectFine(["ledger", "accept"], input: "yes\n")
    try await it.expectFine(["plan"])

    try forger.delete()
    it.sandbox.transcript.note("It is deleted.")
    try await expectRefused("it is empty")
    let key = String(repeating: "0", count: 32)
    try writeProject(ledger: "{type: git, keys: [\(key)]}")
    try it.sandbox.forgetLedgers()
    try await expectRefused("its key is pinned")
    try writeProject()
    try await it.expectFine(["ledger", "rebuild", "--auto-approve"])
    try await it.expectFine(["apply", "--adopt", "--auto-approve"])
    try it.sandbox.expectTranscript()
  }

  /// They make a whole ledger with a key of their own: by itself it is perfect.
  private func replaceWhole() async throws {
    let mallory = try GPGHome()
    try mallory.gpg(["--import"], input: it.sandbox.home.gpg(["--export", it.sandbox.key]).output)
    let clone = try TemporaryFolder()
    #expect(try run("/bin/cp", ["-a", it.sandbox.folder.path + "/.", clone.path]).status == 0)
    try forger.delete()
    let forged = try await apart { [it] in
      try it.sandbox.git(["-C", clone.path, "update-ref", "-d", forger.ref])
      for name in ["a", "b"] {
        try FileManager.default.removeItem(atPath: clone.path + "/connections/\(name).yaml")
      }
      try clone.write(
        "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: new}\nspec: {app: http}\n",
        to: "connections/empty.yaml")
      return try it.sandbox.vaultctl(
        ["apply", "--auto-approve", "-C", clone.path], home: mallory.path,
        environment: TenantSandbox.login, isRecorded: false)
    }
    #expect(forged.status == 0, "\(forged.text)\(forged.errorText)")
    #expect(try forger.files()["proof.json"] != nil)
  }

  @Test func aWholeLedgerOfAnotherKeyIsRefusedWhereTheKeyIsKnown() async throws {
    let key = try await ledgerKey()
    try await replaceWhole()
    try it.sandbox.git(["update-ref", "-d", forger.ref])
    // What was seen here.
    try await expectRefused("seen here")
    // What is pinned, in a clone that saw nothing.
    try beNewClone()
    try writeProject(ledger: "{type: git, keys: [\(key)]}")
    try await expectRefused("none of the pinned ones")
    // Who signs.
    try writeProject("signing: required\nsigners: [\(it.sandbox.key)]")
    try beNewClone()
    try await expectRefused("not signed")
  }

  /// Removing a recipient makes a new key, and who made it knew the previous one.
  @Test func aKeyThatReplacedTheKnownOneIsTaken() async throws {
    let bob = try GPGHome()
    let bobsKey = try bob.makeKey("Bob <bob@example.com>")
    try it.sandbox.home.gpg(["--import"], input: bob.gpg(["--export", bobsKey]).output)
    func declare(_ keys: [String], ledger: String = "git") throws {
      try it.sandbox.writeProject(
        keys: keys,
        extra: """
          store:
            {type: auth0, domain: test.eu.auth0.com, baseURL: "\(tenant.address)", ledger: \(ledger)}
          """)
    }
    let ann = it.sandbox.key
    let first = try await ledgerKey()
    for keys in [[ann, bobsKey], [ann], [ann, bobsKey], [ann]] {
      try declare(keys)
      try await it.expectFine(["rekey"], isRecorded: false)
      try await it.expectFine(["apply", "--auto-approve"], isRecorded: false)
    }
    #expect(try await ledgerKey() != first, "it is the third key")
    // The last key is followed back to the one that is pinned.
    try beNewClone()
    try declare([ann], ledger: "{type: git, keys: [\(first)]}")
    try await it.expectFine(["plan"])
    try await it.expectFine(["ledger", "verify"])
    // Without the links nobody shows that they knew it.
    try forger.change { files in
      let proof = try #require(files["proof.json"])
      let links = try #require(proof.firstRange(of: #/"links" : \[[^\]]*\]/#))
      files["proof.json"] = proof.replacingCharacters(in: links, with: "\"links\" : []")
    }
    try beNewClone()
    try await expectRefused("none of the pinned ones")
    // Nor is the state itself one that a holder of the key wrote.
    try declare([ann])
    try await expectRefused("not written by a holder of its key")
  }

  /// What was seen is forgotten only for a state that is authentic by itself.
  @Test func aStateThatIsNotAcceptedLeavesWhatWasSeen() async throws {
    let older = try forger.tip()
    try await it.expectFine(["set", "a", "token"], input: "n3w")
    try await it.expectFine(["apply", "--auto-approve"])
    try forger.change { $0["connections/a.json"] = nil }
    try it.sandbox.git(["update-ref", "-d", forger.ref])
    try await expectRefused("not written by a holder", [["ledger", "accept", "--auto-approve"]])
    try forger.move(to: older)
    try await expectRefused("of it was seen here")
  }

  @Test func aSignedStateIsVerifiedWithoutTheKey() async throws {
    let signer = try it.sandbox.home.makeKey("CI <ci@example.com>")
    try writeProject("signing: required\nsigners: [\(signer)]")
    // What nobody signed before is not taken over in passing.
    try beNewClone()
    try await expectRefused("not signed")
    try await it.expectFine(["rekey", "--accept-unsigned"])
    try await it.expectFine(["ledger", "rebuild", "--auto-approve"])
    try await it.expectFine(["apply", "--adopt", "--auto-approve"])
    try await it.expectNoChanges()

    // Stock gpg, with the public key alone, checks the signature.
    let reviewer = try GPGHome()
    try reviewer.gpg(["--import"], input: it.sandbox.home.gpg(["--export", signer]).output)
    let text = try #require(try forger.files()["proof.json"])
    let proof = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let folder = try TemporaryFolder()
    try folder.write(try #require(proof["signature"] as? String), to: "it.asc")
    let packets = try reviewer.gpg(["--list-packets", folder.path + "/it.asc"]).text
    #expect(packets.contains("binding@vaultctl=vaultctl:ledger-state:v1:sandbox:-"), "\(packets)")

    let plan = try await it.vaultctl(["plan"], home: reviewer.path)
    #expect(plan.status == 0 && !plan.text.contains("VC4075"), "\(plan.text)\(plan.errorText)")
    // Without the key, too, a state that was seen to be replaced is refused.
    let newest = try forger.tip()
    try forger.move(to: forger.before())
    let replaced = try await it.vaultctl(["plan"], home: reviewer.path)
    #expect(replaced.status == 1 && replaced.errorText.contains("VC4074"), "\(replaced.text)")
    try forger.move(to: newest)
    // Without the signer's public key it is not known.
    let stranger = try GPGHome()
    let unknown = try await it.vaultctl(["plan"], home: stranger.path)
    #expect(unknown.status == 0 && unknown.text.contains("VC4075"), "\(unknown.text)")

    // Who knows the key and is no signer: a previous recipient.
    try writeProject()
    try await it.expectFine(["set", "a", "token"], input: "n3w")
    try await it.expectFine(["apply", "--auto-approve"])
    try writeProject("signing: required\nsigners: [\(signer)]")
    try beNewClone()
    try await expectRefused("not signed")
  }

  /// The states between two pushes are not signed; the clone that was killed goes on from them.
  @Test func aKilledRunOfASignedLedgerIsCompleted() async throws {
    try writeProject("signing: required\nsigners: [\(it.sandbox.key)]")
    try await it.expectFine(["rekey", "--accept-unsigned"])
    // A run may have pushed its last state just before it was killed.
    var rounds = 0
    repeat {
      rounds += 1
      try #require(rounds <= 5, "the last states were pushed each time")
      try await applyKilledAtTheFifthCreation(round: rounds)
    } while try it.sandbox.git(["rev-parse", forger.ref]).text == forger.tipIfAny
    try await it.expectFine(["apply", "--auto-approve"])
    try await it.expectNoChanges()
    try beNewClone()
    try await it.expectFine(["ledger", "verify"])
  }

  private func applyKilledAtTheFifthCreation(round: Int) async throws {
    try await it.declare((0..<6).map { "new-\(round)-\($0)" })
    let program = KillableProgram()
    let created = Mutex(0)
    tenant.watch { call, moment in
      guard call.method == "POST", moment == .before else { return }
      let count = created.withLock { count in
        count += 1
        return count
      }
      if count == 5 { program.kill() }
    }
    let isKilled = try await program.isKilled(
      it.sandbox, ["apply", "--auto-approve", "--parallelism", "1"],
      environment: TenantSandbox.login)
    tenant.watch { _, _ in }
    #expect(isKilled)
  }

  /// The store's own records count, so nothing is applied from a forged copy, and an apply replaces it.
  @Test func aForgedCopyIsRefusedOfflineAndWrittenAgain() async throws {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: "store: {type: sqlite, ledger: git}")
    try sandbox.git(["init", "--quiet"])
    try sandbox.git(["remote", "add", "origin", origin.path])
    try sandbox.write(httpManifest("api", token: "v4lue"), to: "connections/api.yaml")
    func fine(_ arguments: [String], input: String = "") throws {
      let finished = try sandbox.vaultctl(arguments, input: input)
      #expect(finished.status == 0, "\(arguments): \(finished.text)\(finished.errorText)")
    }
    try fine(["encrypt"])
    try fine(["apply", "--auto-approve"])
    try fine(["plan", "--offline", "--detailed-exitcode"])
    let copy = try LedgerForger(
      origin: origin.path,
      ref: run(
        "/usr/bin/git",
        [
          "-C", origin.path, "for-each-ref", "--format=%(refname)", "refs/vaultctl/ledger/sqlite",
        ]
      ).text.trimmingCharacters(in: .whitespacesAndNewlines))
    try copy.change { files in
      files["connections/api.json"] = files["connections/api.json"]?
        .replacingOccurrences(of: "\"app\" : \"http\"", with: "\"app\" : \"slack\"")
    }
    try sandbox.git(["fetch", "--quiet", "origin", "+refs/vaultctl/*:refs/vaultctl/*"])
    let offline = try sandbox.vaultctl(["plan", "--offline"])
    #expect(offline.status == 1 && offline.errorText.contains("VC4074"), "\(offline.errorText)")
    try fine(["plan", "--detailed-exitcode"])
    try fine(["set", "api", "token"], input: "n3w")
    try fine(["apply", "--auto-approve"])
    try fine(["plan", "--offline", "--detailed-exitcode"])
    try fine(["ledger", "verify"])
  }

  @Test func withoutTheKeyAPlanSaysThatItIsNotVerified() async throws {
    let stranger = try GPGHome()
    let plan = try await it.vaultctl(["plan"], home: stranger.path)
    #expect(plan.status == 0 && plan.text.contains("VC4075"), "\(plan.text)\(plan.errorText)")
    #expect(
      try await it.vaultctl(["plan", "--fail-on", "unverified"], home: stranger.path).status == 3)
    let applied = try await it.vaultctl(
      ["apply", "--auto-approve", "--force"], home: stranger.path)
    #expect(applied.status == 1 && applied.errorText.contains("VC4010"), "\(applied.errorText)")
  }
}
