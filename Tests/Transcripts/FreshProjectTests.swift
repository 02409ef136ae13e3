import Foundation
import TestSupport
import Testing

/// A project before its first manifest, and after its last one.
@Suite struct FreshProjectTests {
  private func initialized(_ sandbox: Sandbox, _ folder: String, _ more: [String] = []) throws
    -> Finished
  {
    try sandbox.vaultctl(["init", "-C", folder, "--recipient", sandbox.key] + more)
  }

  @Test func aNameIsTakenAsItIsOrRefused() throws {
    let sandbox = try Sandbox(isTrusted: false)
    for folder in ["Ünï cødé", "-x"] {
      let refused = try initialized(sandbox, "./\(folder)")
      #expect(refused.status == 1, "\(refused.text)")
      #expect(
        !FileManager.default.fileExists(atPath: "\(sandbox.folder.path)/\(folder)/vaultctl.yaml"))
    }
    #expect(try initialized(sandbox, "./Ünï cødé", ["--name", "Ünï"]).status == 1)
    #expect(try initialized(sandbox, "./Ünï cødé", ["--name", "uni-code"]).status == 0)
    #expect(try sandbox.read("Ünï cødé/vaultctl.yaml").contains("name: uni-code\n"))
    #expect(try initialized(sandbox, "./Acme Flows").status == 0)
    try sandbox.expectTranscript()
  }

  @Test func aCloneOfAFreshProjectWorks() throws {
    let sandbox = try Sandbox()
    #expect(try initialized(sandbox, "fresh").status == 0)
    try sandbox.git(["init", "--quiet", "fresh"])
    try sandbox.git(["-C", "fresh", "add", "-A"])
    #expect(try sandbox.git(["-C", "fresh", "commit", "--quiet", "-m", "fresh"]).status == 0)
    #expect(try sandbox.git(["clone", "--quiet", "fresh", "clone"]).status == 0)
    for command in [
      ["validate"], ["plan"], ["status"], ["encrypt"], ["rekey"], ["hooks", "check"],
    ] {
      let run = try sandbox.vaultctl(command + ["-C", "clone"])
      #expect(run.status == 0, "\(command) \(run.errorText)")
    }
    let new = try sandbox.vaultctl(["new", "a", "--app", "slack", "--empty", "-C", "clone"])
    #expect(new.status == 0, "\(new.errorText)")
    let valid = try sandbox.vaultctl(["validate", "-C", "clone"])
    #expect(valid.text == "1 connection, 0 errors, 1 warning.\n")
    #expect(valid.errorText.hasPrefix("warning[VC3001]: connection `a` is empty"))
    try sandbox.expectTranscript()
  }

  /// git removes a folder with its last file.
  @Test func theLastManifestCanBeRemoved() throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: ""), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"], isRecorded: false).status == 0)
    try FileManager.default.removeItem(atPath: sandbox.folder.path + "/connections")
    let refused = try sandbox.vaultctl(["apply", "--prune", "--auto-approve"])
    #expect(refused.status == 3 || refused.status == 1, "\(refused.status)")
    #expect(refused.errorText.contains("VC3017"), "\(refused.errorText)")
    let pruned = try sandbox.vaultctl(["apply", "--prune", "--force", "--auto-approve"])
    #expect(pruned.status == 0, "\(pruned.errorText)")
    #expect(try sandbox.vaultctl(["plan", "--prune"]).text.contains("No changes"))
    try sandbox.expectTranscript()
  }

  /// Two names that would have one file.
  @Test func anOverlayNeverUsesAnotherConnectionsFile() throws {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: "environments: {prod: }")
    try sandbox.write(httpManifest("my crm", token: ""), to: "connections/a.yaml")
    try sandbox.write(httpManifest("my-crm", token: ""), to: "connections/b.yaml")
    for name in ["my crm", "my-crm"] {
      let set = try sandbox.vaultctl(["set", "--env", "prod", name, "token"], input: "of \(name)")
      #expect(set.status == 0, "\(set.errorText)")
    }
    for name in ["my crm", "my-crm"] {
      let value = try sandbox.vaultctl(["decrypt", "--env", "prod", name, "token"])
      #expect(value.text == "of \(name)", "\(value.errorText)")
    }
    #expect(try sandbox.read("environments/prod/my-crm-2.yaml").contains("my-crm"))
  }
}
