import Foundation
import TestSupport
import Testing

/// Where trust in the project file comes from, and what is said without it.
@Suite struct TrustTests {
  private static let nowhere = "http://127.0.0.1:9"
  private static let store = "store: {type: openbao, address: \"\(nowhere)\"}"

  /// With a manifest of an empty connection, and a work tree of git.
  private func project(_ extra: String = Self.store) throws -> Sandbox {
    let sandbox = try Sandbox(isTrusted: false)
    try sandbox.writeProject(extra: extra)
    #expect(
      try sandbox.vaultctl(["new", "chat", "--app", "slack", "--empty"], isRecorded: false).status
        == 0)
    return sandbox
  }

  private func commit(_ sandbox: Sandbox) throws {
    for arguments in [
      ["init", "--quiet", "--initial-branch=main"], ["add", "--all"],
      ["commit", "--quiet", "--allow-empty", "-m", "x"],
      ["update-ref", "refs/remotes/origin/main", "HEAD"],
    ] {
      let finished = try sandbox.git(arguments)
      #expect(finished.status == 0, "\(finished.errorText)")
    }
  }

  @Test func aLocalProjectNeedsNoTrust() throws {
    let sandbox = try project("store: {type: sqlite, path: .vaultctl/vault.db}")
    #expect(try sandbox.vaultctl(["trust"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"]).status == 0)
  }

  /// The file may be another project's, or where another program looks for one of its own.
  @Test(arguments: ["path", "ledger"])
  func aFileOutsideOfTheProjectNeedsTrust(kind: String) throws {
    let outside = try TemporaryFolder()
    let file = outside.path + "/.profile"
    let sandbox = try project(
      kind == "path"
        ? "store: {type: sqlite, path: \(file)}"
        : "store: {type: sqlite, ledger: {type: sqlite, path: \(file)}}")
    for arguments in [["plan"], ["status"], ["apply", "--auto-approve"]] {
      let finished = try sandbox.vaultctl(arguments, isRecorded: false)
      #expect(finished.status == 1)
      #expect(finished.errorText.contains("VC1233"), "\(finished.errorText)")
      #expect(finished.errorText.contains("`store.\(kind)`"))
    }
    #expect(!FileManager.default.fileExists(atPath: file))
    let digest = try sandbox.vaultctl(["trust", "--digest"], isRecorded: false).text
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let apply = try sandbox.vaultctl(
      ["apply", "--auto-approve"], environment: ["VAULTCTL_TRUST_DIGEST": digest],
      isRecorded: false)
    #expect(apply.status == 0, "\(apply.errorText)")
    #expect(FileManager.default.fileExists(atPath: file))
  }

  /// The user ran the command that changed the project's id or name.
  @Test func anApprovalIsKeptByCommandsThatChangeTheIdentity() async throws {
    let outside = try TemporaryFolder()
    let sandbox = try project(
      "store: {type: sqlite, path: \(outside.path)/vaultctl/vault.db}")
    let file = try sandbox.read("vaultctl.yaml")
    try sandbox.write(
      file.replacing("id: sandbox0sandbox0sand\n", with: ""), to: "vaultctl.yaml")
    func needsTrust() throws -> Bool {
      try sandbox.vaultctl(["plan"], isRecorded: false).errorText.contains("VC123")
    }
    #expect(try needsTrust())
    let running = try RunningProgram(sandbox, ["trust"], atTerminal: true)
    try await eventually("it asks") { running.output.contains("Type `yes`") }
    try running.type("yes")
    _ = try await running.finished()
    let upgrade = try sandbox.vaultctl(["upgrade", "--auto-approve"], isRecorded: false)
    #expect(upgrade.status == 0, "\(upgrade.errorText)")
    #expect(try !needsTrust())
    let renamed = try sandbox.vaultctl(["rename-project", "sandbox", "other"], isRecorded: false)
    #expect(renamed.status == 0, "\(renamed.errorText)")
    #expect(try !needsTrust())
    // What anybody else changes is not approved.
    let now = try sandbox.read("vaultctl.yaml")
    try sandbox.write(now.replacing("/vaultctl/vault.db", with: "/other.db"), to: "vaultctl.yaml")
    #expect(try needsTrust())
    #expect(try sandbox.vaultctl(["upgrade"], isRecorded: false).status == 1)
  }

  @Test func withoutTrustNoStoreIsOpened() throws {
    let sandbox = try project()
    #expect(try sandbox.vaultctl(["plan"]).status == 1)
    #expect(try sandbox.vaultctl(["trust"]).status == 1, "there is no terminal")
    #expect(try sandbox.vaultctl(["validate"]).status == 0, "opens no store")
    let digest = try sandbox.vaultctl(["trust", "--digest"], isRecorded: false).text
      .trimmingCharacters(in: .whitespacesAndNewlines)
    func plan(_ digest: String) throws -> String {
      try sandbox.vaultctl(
        ["plan"], environment: ["VAULTCTL_TRUST_DIGEST": digest], isRecorded: false
      ).errorText
    }
    #expect(try plan(digest).contains("VC4015"), "trusted, but there is no login")
    #expect(try plan("sha256:00").contains("VC1234"))
    try sandbox.writeProject(extra: Self.store + "\nsigning: optional")
    #expect(try plan(digest).contains("VC1234"), "guarded settings are part of it")
    try sandbox.expectTranscript()
  }

  @Test func anApprovalAtATerminalHoldsUntilASettingChanges() async throws {
    let sandbox = try project(
      Self.store.replacing("}", with: ", credentialsCommand: [ci/login, \"a\\eb\"]}"))
    try sandbox.write("#!/bin/sh\necho BAO_TOKEN=x\n", to: "ci/login")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: sandbox.folder.path + "/ci/login")
    func answer(_ text: String) async throws -> String {
      let running = try RunningProgram(sandbox, ["trust"], atTerminal: true)
      try await eventually("it asks") { running.output.contains("Type `yes`") }
      try running.type(text)
      _ = try await running.finished()
      return running.output
    }
    func plan() throws -> String { try sandbox.vaultctl(["plan"], isRecorded: false).errorText }

    #expect(try await answer("no").contains("Nothing was recorded."))
    #expect(try plan().contains("VC1233"))
    let screen = try await answer("yes")
    #expect(screen.contains(#"store.credentialsCommand = ["ci/login","a\u001bb"]"#), "\(screen)")
    #expect(screen.contains("  ci/login"))
    #expect(screen.contains("Trusted."))
    #expect(try plan().contains("VC4001"))
    #expect(try sandbox.vaultctl(["trust"], isRecorded: false).text.contains("already trusted"))

    let folder = sandbox.home.path + "/vaultctl/trust"
    let file = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
    func mode() throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: folder + "/" + file)[.posixPermissions]
        as? Int
    }
    #expect(try mode() == 0o600)

    try sandbox.write("#!/bin/sh\necho BAO_TOKEN=y\n", to: "ci/login")
    #expect(try plan().contains("a file that they run changed"))
    try sandbox.writeProject(extra: Self.store)
    let changed = try plan()
    #expect(changed.contains("VC1234"))
    #expect(changed.contains("`store.credentialsCommand`: [\"ci/login\",\"a"))
    let again = try await answer("yes")
    #expect(again.contains("Changed since your last approval:") && again.contains("Trusted."))
    #expect(try plan().contains("VC4015"))
    // The approval is of this project, and could not have been written by others.
    try sandbox.write(
      try sandbox.read("vaultctl.yaml").replacing(
        "sandbox0sandbox0sand", with: "another0another0anot"),
      to: "vaultctl.yaml")
    #expect(try plan().contains("VC1233"))
    try sandbox.writeProject(extra: Self.store)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o666], ofItemAtPath: folder + "/" + file)
    #expect(try plan().contains("VC1236"))
    #expect(try sandbox.vaultctl(["trust", "--revoke"]).text == "The approval was withdrawn.\n")
    #expect(try plan().contains("VC1233"))
  }

  /// A pull request could bring the file of an approval, if the state folder were in the work tree.
  @Test func anApprovalInsideTheProjectIsNone() async throws {
    let sandbox = try project()
    try commit(sandbox)
    let running = try RunningProgram(sandbox, ["trust"], atTerminal: true)
    try await eventually("it asks") { running.output.contains("Type `yes`") }
    try running.type("yes")
    _ = try await running.finished()
    let root = sandbox.folder.path
    try FileManager.default.createDirectory(
      atPath: root + "/state", withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: sandbox.home.path + "/vaultctl", toPath: root + "/state/vaultctl")
    try FileManager.default.createSymbolicLink(
      atPath: sandbox.home.path + "/link", withDestinationPath: root)
    for (state, code) in [
      (sandbox.home.path, "VC4015"), (root + "/state", "VC1236"),
      (sandbox.home.path + "/link/state", "VC1236"), ("state", "VC1233"),
    ] {
      let plan = try sandbox.vaultctl(
        ["plan"], environment: ["XDG_STATE_HOME": state], isRecorded: false)
      #expect(plan.errorText.contains(code), "\(state): \(plan.errorText)")
    }
  }

  private static let request = [
    "GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main",
    // A rule set for all refs protects that of the request, too.
    "GITHUB_REF_PROTECTED": "true",
  ]

  @Test func aRequestIsComparedWithItsTargetInEveryFormat() throws {
    let sandbox = try project("policy: {failOn: [drift]}")
    try commit(sandbox)
    try sandbox.writeProject(extra: Self.store + "\npolicy: {failOn: [drift, conflict]}")
    for format in ["text", "json", "markdown", "sarif", "junit", "code-quality"] {
      let plan = try sandbox.vaultctl(
        ["plan", "--format", format], environment: Self.request, isRecorded: format == "text")
      #expect(plan.status == 0, "\(plan.errorText)")
      #expect(plan.text.contains("VC1230"), "\(format)")
      #expect(plan.text.contains("127.0.0.1:9"), "\(format)")
    }
    #expect(
      try sandbox.vaultctl(["plan", "--fail-on", "untrusted"], environment: Self.request).status
        == 3)
    #expect(try sandbox.vaultctl(["validate"], environment: Self.request).status == 0)
    #expect(try sandbox.vaultctl(["status"], environment: Self.request).status == 0)
    try sandbox.expectTranscript()
  }

  @Test func aLooserPolicyFailsThePlan() throws {
    let sandbox = try project("policy: {failOn: [drift, conflict]}")
    try commit(sandbox)
    try sandbox.writeProject(extra: "policy: {failOn: [drift]}")
    #expect(try sandbox.vaultctl(["plan"], environment: Self.request).status == 1)
    #expect(
      try sandbox.vaultctl(
        ["apply", "--auto-approve"], environment: Self.request, isRecorded: false
      ).errorText.contains("VC1231"))
    #expect(try sandbox.vaultctl(["plan"], isRecorded: false).status == 0, "its own owner may")
    try sandbox.expectTranscript()
  }

  /// The author chooses the merge base: an old commit of the target.
  @Test func theTipOfTheTargetCountsAndNotTheMergeBase() throws {
    let sandbox = try project(Self.store)
    try commit(sandbox)
    try sandbox.git(["checkout", "--quiet", "-b", "change"])
    try sandbox.git(["checkout", "--quiet", "main"])
    try sandbox.writeProject(extra: "policy: {failOn: [empty]}")
    try sandbox.git(["commit", "--quiet", "--all", "-m", "y"])
    try sandbox.git(["update-ref", "refs/remotes/origin/main", "HEAD"])
    try sandbox.git(["checkout", "--quiet", "change"])
    let plan = try sandbox.vaultctl(["plan"], environment: Self.request, isRecorded: false)
    #expect(plan.status == 1)
    #expect(plan.errorText.contains("VC1231"), "the policy of the tip")
    #expect(!plan.errorText.contains("VC40"), "the store of the merge base is not used")
  }

  /// Root can give a file away.
  @Test(.enabled(if: geteuid() == 0), arguments: ["", "vaultctl.yaml"])
  func aProjectOfAnotherUserIsOnlyUsedIfItIsNamed(_ file: String) throws {
    let sandbox = try project("")
    try FileManager.default.createDirectory(
      atPath: sandbox.folder.path + "/below", withIntermediateDirectories: true)
    #expect(unsafe chown(sandbox.folder.path + "/" + file, 12_345, 12_345) == 0)
    let found = try sandbox.vaultctl(["plan"], isRecorded: false)
    #expect(found.status == 1)
    #expect(found.errorText.contains("VC1237"), "\(found.errorText)")
    #expect(try sandbox.vaultctl(["plan", "-C", "."], isRecorded: false).status == 0)
  }

  /// A branch that repairs the target can still be checked.
  @Test func aBrokenTrustedFileIsReported() throws {
    let sandbox = try project("")
    try sandbox.writeProject(extra: "unheard: of")
    try commit(sandbox)
    try sandbox.writeProject()
    let plan = try sandbox.vaultctl(["plan"], environment: Self.request, isRecorded: false)
    #expect(plan.status == 1)
    #expect(plan.errorText.contains("VC1104: unknown key"), "\(plan.errorText)")
    let validated = try sandbox.vaultctl(
      ["validate"], environment: Self.request, isRecorded: false)
    #expect(validated.status == 0, "\(validated.errorText)")
  }

  @Test func theTipOfTheTargetIsNeededInFull() throws {
    let sandbox = try project()
    try commit(sandbox)
    try sandbox.git(["update-ref", "-d", "refs/remotes/origin/main"])
    // What a short name would find.
    try sandbox.git(["tag", "origin/main"])
    try sandbox.git(["tag", "refs/remotes/origin/main"])
    try sandbox.git(["branch", "origin/main"])
    let plan = try sandbox.vaultctl(["plan"], environment: Self.request)
    #expect(plan.status == 1)
    let local = try sandbox.vaultctl(
      ["plan", "--trust-ref", "refs/heads/main"], environment: Self.request, isRecorded: false)
    #expect(local.errorText.contains("VC4015"), "the option wins")
    for name in ["origin/main", "main", "HEAD", "abc123"] {
      let refused = try sandbox.vaultctl(["plan", "--trust-ref", name], isRecorded: false)
      #expect(refused.status == 64, "\(name)")
    }
    try sandbox.expectTranscript()
  }

  @Test func aProtectedRefTrustsItsOwnCommit() throws {
    let sandbox = try project()
    try commit(sandbox)
    let head = try sandbox.git(["rev-parse", "HEAD"]).text.trimmingCharacters(in: .newlines)
    func plan(_ environment: [String: String]) throws -> Finished {
      try sandbox.vaultctl(["plan"], environment: environment, isRecorded: false)
    }
    for variables in [
      ["GITHUB_REF_PROTECTED": "true", "GITHUB_SHA": head],
      ["CI_COMMIT_REF_PROTECTED": "true", "CI_COMMIT_SHA": head],
    ] {
      #expect(try plan(variables).errorText.contains("VC4015"))
    }
    #expect(
      try plan(["GITHUB_REF_PROTECTED": "false", "GITHUB_SHA": head]).errorText
        .contains("VC1233"))
    let gone = String(repeating: "ab", count: 20)
    let missing = try plan(["GITHUB_REF_PROTECTED": "true", "GITHUB_SHA": gone]).errorText
    #expect(missing.contains("VC1232"))
    #expect(missing.contains("no commit was found for: commit \(gone)"))
    #expect(!missing.contains("git: "), "git reported no fault")
    // A step of the job that changes the file is not the commit.
    try sandbox.writeProject(extra: Self.store.replacing(":9", with: ":10"))
    let changed = try plan(["GITHUB_REF_PROTECTED": "true", "GITHUB_SHA": head]).errorText
    #expect(changed.contains("VC1230") && changed.contains(":9"))
  }
}
