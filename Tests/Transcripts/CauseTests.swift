import Foundation
import TestSupport
import Testing

/// The way out is that of the cause, and not of the code.
@Suite(.serialized) struct CauseTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "t0ken"), to: "connections/a.yaml")
  }

  private func helps(
    _ arguments: [String], environment: [String: String] = [:], input: String = ""
  ) throws -> [String] {
    let finished = try sandbox.vaultctl(arguments, input: input, environment: environment)
    #expect(finished.status == 1, "\(finished.text)")
    return finished.errorText.split(separator: "\n").filter { $0.contains("= help:") }
      .map { String($0.split(separator: "= help: ").last ?? "") }
  }

  @Test func ofADiff() throws {
    #expect(try helps(["diff"]) == ["run this inside a git repository"])
    try sandbox.git(["init", "--quiet"])
    #expect(try helps(["diff"]) == ["commit first: git add . && git commit"])
    #expect(try helps(["diff", "nosuch"]) == ["commit first: git add . && git commit"])
    try sandbox.git(["commit", "--quiet", "--allow-empty", "-m", "x"])
    for range in ["nosuch", "HEAD..nosuch", "nosuch...HEAD"] {
      #expect(
        try helps(["diff", range]).first == "list branches and tags: git branch --all && git tag")
    }
  }

  @Test func ofGPG() throws {
    let missing = sandbox.folder.path + "/none"
    #expect(
      try helps(["encrypt"], environment: ["GNUPGHOME": missing])
        == ["GNUPGHOME does not exist; unset it, or: mkdir -m 700 \(missing)"])
    let file = sandbox.folder.path + "/file"
    try sandbox.write("", to: "file")
    #expect(
      try helps(["encrypt"], environment: ["GNUPGHOME": file])
        == ["see what gpg says: gpg --list-keys"])
  }

  @Test func ofAProjectThatIsElsewhere() throws {
    let connections = sandbox.folder.path + "/connections"
    #expect(
      try helps(["validate", "-C", connections])
        == ["the project is above it: -C \(sandbox.folder.path)"])
    let none = try TemporaryFolder()
    #expect(
      try helps(["validate", "-C", none.path])
        == ["create a project there: vaultctl init -C \(none.path)"])
  }

  /// Nothing is scaffolded over what cannot be read.
  @Test(arguments: ["\tapp: x\n", "<<<<<<< HEAD\n", "sops: {mac: x}\na: ENC[AES256_GCM,data:x]\n"])
  func ofAConnectionInAFileThatCannotBeRead(text: String) throws {
    try sandbox.write(text, to: "connections/b.yaml")
    let finished = try sandbox.vaultctl(["set", "crm", "token"], input: "x")
    #expect(finished.status == 1 && !finished.errorText.contains("vaultctl new"))
    #expect(finished.errorText.contains("it may be in `connections/b.yaml`, which cannot be read"))
    #expect(finished.errorText.contains("connections/b.yaml:1:"), "\(finished.errorText)")
    #expect(try helps(["set", "other", "token"]).contains("fix the errors, then try again"))
  }
}
