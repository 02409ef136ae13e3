import Foundation
import TestSupport
import Testing

/// The pre-commit hook, with real commits of a real git.
@Suite struct HookTests {
  private func repository() throws -> Sandbox {
    let sandbox = try Sandbox()
    #expect(try sandbox.git(["init", "--quiet"]).status == 0)
    let installed = try sandbox.vaultctl(["hooks", "install"])
    #expect(installed.status == 0, "\(installed.errorText)")
    return sandbox
  }

  @Test func aSecretStagedInClearIsRefusedEvenIfSealedSince() throws {
    let sandbox = try repository()
    try sandbox.write(httpManifest("a", token: "in-clear-4711"), to: "connections/a.yaml")
    #expect(try sandbox.git(["add", "vaultctl.yaml", "connections"]).status == 0)
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    #expect(try sandbox.vaultctl(["validate"]).status == 0, "the work tree is clean by now")

    let refused = try sandbox.git(["commit", "-m", "a"], isRecorded: true)
    #expect(refused.status == 1)
    #expect(!refused.errorText.contains("in-clear-4711"))
    #expect(try sandbox.git(["log"]).status != 0, "there is no commit")

    #expect(try sandbox.git(["add", "connections"]).status == 0)
    let committed = try sandbox.git(["commit", "-m", "a"])
    #expect(committed.status == 0, "\(committed.errorText)")
    try sandbox.expectTranscript()
  }

  @Test func filesThatAreNotStagedAreNotChecked() throws {
    let sandbox = try repository()
    #expect(try sandbox.git(["add", "vaultctl.yaml"]).status == 0)
    try sandbox.write(httpManifest("a", token: "in-clear"), to: "connections/a.yaml")
    try sandbox.write("token: in-clear\n", to: "elsewhere.yaml")
    #expect(try sandbox.git(["add", "elsewhere.yaml"]).status == 0)
    let committed = try sandbox.git(["commit", "-m", "a"])
    #expect(committed.status == 0, "\(committed.errorText)")
  }

  @Test(arguments: [
    ("bracket", "spec: [in-clear"), ("tab", "kind: Connection\n\ttoken: in-clear\n"),
  ])
  func aManifestThatCannotBeReadIsRefused(for reason: String, _ text: String) throws {
    let sandbox = try repository()
    try sandbox.write(text, to: "connections/a.yaml")
    #expect(try sandbox.git(["add", "connections"]).status == 0)
    let refused = try sandbox.git(["commit", "-m", "a"], isRecorded: true)
    #expect(refused.status == 1)
    #expect(!refused.errorText.contains("in-clear"), "\(refused.errorText)")
    try sandbox.expectTranscript(case: reason)
  }

  @Test func anotherHookIsNotOverwritten() throws {
    let sandbox = try repository()
    #expect(try sandbox.vaultctl(["hooks", "install"]).status == 0, "our own is written again")
    let path = ".git/hooks/pre-commit"
    try sandbox.write("#!/bin/sh\nexit 0\n", to: path)
    let refused = try sandbox.vaultctl(["hooks", "install"])
    #expect(refused.status == 1)
    #expect(try sandbox.read(path) == "#!/bin/sh\nexit 0\n")
    try sandbox.expectTranscript()
  }

  /// Whatever else is there, byte for byte.
  @Test func noByteOfAnotherHookIsChanged() throws {
    let sandbox = try repository()
    let path = sandbox.folder.path + "/.git/hooks/pre-commit"
    let own = try Data(contentsOf: URL(fileURLWithPath: path))
    for bytes in [
      own + Data("make lint\n".utf8), Data([0x23, 0xFF, 0x0A]), own + Data([0xFF]), Data(),
      Data("#!/bin/sh\r\nexit 0\r\n".utf8),
    ] {
      try bytes.write(to: URL(fileURLWithPath: path))
      let refused = try sandbox.vaultctl(["hooks", "install"])
      #expect(refused.status == 1 && refused.errorText.contains("VC1209"), "\(refused.errorText)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
    }
    // A link is not written through, and what it leads to is somebody's hook.
    try FileManager.default.removeItem(atPath: path)
    try own.write(to: URL(fileURLWithPath: sandbox.folder.path + "/their-hook"))
    try FileManager.default.createSymbolicLink(
      atPath: path, withDestinationPath: sandbox.folder.path + "/their-hook")
    #expect(try sandbox.vaultctl(["hooks", "install"]).status == 1)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path).hasSuffix("their-hook"))
    try FileManager.default.removeItem(atPath: path)
    #expect(unsafe mkfifo(path, 0o700) == 0)
    #expect(try sandbox.vaultctl(["hooks", "install"]).status == 1)
  }

  @Test func twoProjectsOfOneRepositoryAreBothChecked() throws {
    let sandbox = try Sandbox()
    let file = try sandbox.read("vaultctl.yaml")
    for project in ["one", "two"] {
      try sandbox.write(file, to: project + "/vaultctl.yaml")
      try sandbox.write(httpManifest("a", token: "in-clear"), to: project + "/connections/a.yaml")
    }
    #expect(try sandbox.git(["init", "--quiet"]).status == 0)
    for project in ["one", "two", "one"] {
      #expect(try sandbox.vaultctl(["hooks", "install", "-C", project]).status == 0)
    }
    for project in ["one", "two"] {
      #expect(try sandbox.git(["add", project]).status == 0)
      #expect(try sandbox.git(["commit", "-m", "a"]).status == 1, "\(project) is checked")
      #expect(try sandbox.git(["rm", "-r", "--cached", "--quiet", project]).status == 0)
    }
  }

  @Test func diffsShowDigestsAndBranchesMergeFieldByField() throws {
    let sandbox = try repository()
    try sandbox.write("connections/**/*.yaml -text diff=vaultctl\n", to: ".gitattributes")
    let manifest = """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: a}
      spec:
        app: twilio
        setup:
          type: api_key
          account_id: AC0123456789abcdef0123456789abcdef
          api_key: 0123456789abcdef0123456789abcdef

      """
    try sandbox.write(manifest, to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    func commit() throws {
      #expect(try sandbox.git(["add", "-A", "."]).status == 0)
      let committed = try sandbox.git(["commit", "-qm", "it"])
      #expect(committed.status == 0, "\(committed.errorText)")
    }
    try commit()
    #expect(try sandbox.git(["switch", "-qc", "rotation"]).status == 0)
    let rotated = try sandbox.vaultctl(
      ["set", "a", "api_key"], input: "fedcba9876543210fedcba9876543210")
    #expect(rotated.status == 0, "\(rotated.errorText)")
    let diff = try sandbox.git(["diff"], isRecorded: true).text
    #expect(diff.components(separatedBy: "\n+").count == 3, "one line and the header: \(diff)")
    #expect(!diff.contains("BEGIN PGP"), "\(diff)")
    try commit()
    #expect(try sandbox.git(["switch", "-q", "-"]).status == 0)
    try sandbox.write(
      sandbox.read("connections/a.yaml").replacingOccurrences(
        of: "name: a}", with: "name: a, labels: {team: sms}}"), to: "connections/a.yaml")
    try commit()
    let merged = try sandbox.git(["merge", "-q", "rotation"])
    #expect(merged.status == 0, "\(merged.text)")
    #expect(
      try sandbox.vaultctl(["decrypt", "a", "api_key"]).text
        == "fedcba9876543210fedcba9876543210")
    try sandbox.recordFile("connections/a.yaml")
    try sandbox.expectTranscript()
  }

  @Test func aProjectBelowTheRepositorysFolderIsChecked() throws {
    let sandbox = try Sandbox()
    try sandbox.moveProject(to: "it's ops")
    #expect(try sandbox.git(["init", "--quiet"]).status == 0)
    #expect(try sandbox.vaultctl(["hooks", "install", "-C", "it's ops"]).status == 0)
    try sandbox.write(
      httpManifest("a", token: "in-clear"), to: "it's ops/connections/a.yaml")
    #expect(try sandbox.git(["add", "it's ops"]).status == 0)
    #expect(try sandbox.git(["commit", "-m", "a"], isRecorded: true).status == 1)
    #expect(try sandbox.vaultctl(["hooks", "check"]).status == 1, "no project here")
    try sandbox.expectTranscript()
  }
}
