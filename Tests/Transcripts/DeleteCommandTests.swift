import Foundation
import Processes
import TestSupport
import Testing

/// `delete` takes a connection's documents out of the work tree, and only what git can restore.
@Suite struct DeleteCommandTests {
  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: "environments: {prod: {}}")
    try sandbox.git(["init", "--quiet"])
    try sandbox.write(document("a"), to: "connections/a.yaml")
    try sandbox.write(
      "# header\n" + document("b") + "# after b\n---\n" + document("c") + "\n---\n" + document("d"),
      to: "connections/more.yaml")
    try sandbox.write(
      "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: a}\nspec: {scopes: [x]}\n",
      to: "environments/prod/a.yaml")
    try commit(sandbox)
    return sandbox
  }

  private func commit(_ sandbox: Sandbox) throws {
    try sandbox.git(["add", "--all"])
    try sandbox.git(["commit", "--quiet", "-m", "it"])
  }

  private func document(_ name: String) -> String {
    "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: \(name)}\nspec: {app: slack}\n"
  }

  private func exists(_ file: String, _ sandbox: Sandbox) -> Bool {
    FileManager.default.fileExists(atPath: sandbox.folder.path + "/" + file)
  }

  @Test func everyDocumentOfAConnectionGoes() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["delete", "a"]).status == 0)
    #expect(!exists("connections/a.yaml", sandbox))
    #expect(!exists("environments/prod/a.yaml", sandbox))
    #expect(try sandbox.vaultctl(["delete", "a"]).status == 1)
    #expect(try sandbox.vaultctl(["delete", "bb"]).status == 1)
    try sandbox.expectTranscript()
  }

  /// The first, the middle and the last document of a file; no byte of the others changes.
  @Test(arguments: [
    ("b", "# header\n# after b\n---\n@c\n---\n@d"),
    ("c", "# header\n@b# after b\n---\n@d"),
    ("d", "# header\n@b# after b\n---\n@c\n"),
  ])
  func theOtherDocumentsOfItsFileStay(_ name: String, _ left: String) throws {
    let sandbox = try sandbox()
    let finished = try sandbox.vaultctl(["delete", name])
    #expect(finished.status == 0, "\(finished.errorText)")
    let expected = ["b", "c", "d"].reduce(left) { $0.replacing("@\($1)", with: document($1)) }
    #expect(try sandbox.read("connections/more.yaml") == expected)
    #expect(try sandbox.vaultctl(["validate"]).status == 0)
  }

  @Test func anEnvironmentLosesOnlyItsOwnDocument() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["delete", "a", "--env", "prod"]).status == 0)
    #expect(exists("connections/a.yaml", sandbox))
    #expect(!exists("environments/prod/a.yaml", sandbox))
    #expect(try sandbox.vaultctl(["delete", "b", "--env", "prod"]).status == 1)
    try sandbox.expectTranscript()
  }

  @Test func whatGitCannotRestoreStays() throws {
    let sandbox = try sandbox()
    try sandbox.write(document("a") + "# a thought\n", to: "connections/a.yaml")
    try sandbox.write(document("new"), to: "connections/new.yaml")
    sandbox.transcript.note("a.yaml was changed and new.yaml made since the last commit.")
    #expect(try sandbox.vaultctl(["delete", "a"]).status == 1)
    #expect(try sandbox.vaultctl(["delete", "new"]).status == 1)
    try sandbox.git(["add", "--all"])
    sandbox.transcript.note("Both are staged.")
    #expect(try sandbox.vaultctl(["delete", "new"]).status == 1)
    #expect(exists("connections/a.yaml", sandbox) && exists("connections/new.yaml", sandbox))
    #expect(exists("environments/prod/a.yaml", sandbox), "all or nothing")
    #expect(try sandbox.vaultctl(["delete", "new", "--force"]).status == 0)
    // Another document of the file may be changed.
    let text = try sandbox.read("connections/more.yaml")
    try sandbox.write(text + "# a thought\n", to: "connections/more.yaml")
    #expect(try sandbox.vaultctl(["delete", "c"]).status == 0)
    try sandbox.expectTranscript()
  }

  @Test func outsideOfARepositoryNothingCanBeRestored() throws {
    let sandbox = try Sandbox()
    try sandbox.write(document("a"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["delete", "a"]).status == 1)
    #expect(exists("connections/a.yaml", sandbox))
    #expect(try sandbox.vaultctl(["delete", "a", "--force"]).status == 0)
  }

  /// That git fails says nothing about the file, so nothing is to be committed.
  @Test func aRepositoryThatGitRefusesIsReported() throws {
    let sandbox = try sandbox()
    let other = ["GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"]
    let refused = try sandbox.vaultctl(["delete", "a"], environment: other)
    #expect(refused.status == 1 && exists("connections/a.yaml", sandbox))
    #expect(refused.errorText.contains("error[VC1212]: git failed"), "\(refused.errorText)")
    #expect(refused.errorText.contains("dubious ownership"), "\(refused.errorText)")
    #expect(!refused.errorText.contains("VC1253"), "\(refused.errorText)")
    #expect(try sandbox.vaultctl(["delete", "a", "--force"], environment: other).status == 0)
  }

  @Test func beforeTheFirstCommitNothingCanBeRestored() throws {
    let sandbox = try Sandbox()
    try sandbox.git(["init", "--quiet"])
    try sandbox.write(document("a"), to: "connections/a.yaml")
    let refused = try sandbox.vaultctl(["delete", "a"])
    #expect(refused.status == 1 && refused.errorText.contains("VC1253"), "\(refused.errorText)")
  }

  /// A file that cannot be read may declare it as well.
  @Test func aManifestThatCannotBeReadStopsIt() throws {
    let sandbox = try sandbox()
    try sandbox.write("spec: [", to: "connections/broken.yaml")
    let refused = try sandbox.vaultctl(["delete", "a"])
    #expect(refused.status == 1 && exists("connections/a.yaml", sandbox))
    #expect(refused.errorText.contains("connections/broken.yaml"))
  }

  /// Killed at any write, the next command leaves all of it or nothing.
  @Test(arguments: ["fsync", "renameat2", "unlink", "ftruncate"])
  func killedItIsDoneOrNot(call: String) throws {
    let sandbox = try sandbox()
    var killed = 0
    for number in 1...40 {
      try sandbox.git(["checkout", "--quiet", "."])
      let process = try sandbox.start(
        ["delete", "a"], under: Sandbox.killing(at: call, number))
      guard process.wait() == 128 + SIGKILL else { break }
      killed += 1
      #expect(try sandbox.vaultctl(["graph"]).status == 0)
      let left = ["connections/a.yaml", "environments/prod/a.yaml"].filter { exists($0, sandbox) }
      #expect([0, 2].contains(left.count), "\(call) \(number): \(left)")
      let status = try sandbox.git(["status", "--porcelain"]).text.split(separator: "\n")
      #expect(
        status.allSatisfy { $0.hasPrefix(" D ") || $0.hasSuffix(".vaultctl/") }, "\(status)")
    }
    #expect(killed > 0)
  }
}
