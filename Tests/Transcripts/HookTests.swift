import Foundation
import TestSupport
import Testing

/// The pre-commit hook, with real commits of a real git.
@Suite struct HookTests {
  private func git(_ sandbox: Sandbox, _ arguments: [String]) throws -> Finished {
    try run(
      "/usr/bin/git", ["-C", sandbox.folder.path] + arguments,
      environment: [
        "PATH": sandbox.programFolder + ":/usr/bin:/bin", "HOME": sandbox.folder.path,
        "GNUPGHOME": sandbox.home.path, "GIT_AUTHOR_NAME": "Ann", "GIT_COMMITTER_NAME": "Ann",
        "GIT_AUTHOR_EMAIL": "ann@example.com", "GIT_COMMITTER_EMAIL": "ann@example.com",
      ])
  }

  private func repository() throws -> Sandbox {
    let sandbox = try Sandbox()
    #expect(try git(sandbox, ["init", "--quiet"]).status == 0)
    let installed = try sandbox.vaultctl(["hooks", "install"])
    #expect(installed.status == 0, "\(installed.errorText)")
    return sandbox
  }

  @Test func aSecretThatWasStagedInClearIsRefusedEvenIfSealedSince() throws {
    let sandbox = try repository()
    try sandbox.write(httpManifest("a", token: "in-clear-4711"), to: "connections/a.yaml")
    #expect(try git(sandbox, ["add", "vaultctl.yaml", "connections"]).status == 0)
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    #expect(try sandbox.vaultctl(["validate"]).status == 0, "the work tree is clean by now")

    let refused = try git(sandbox, ["commit", "-m", "a"])
    #expect(refused.status == 1)
    #expect(refused.errorText.contains("error[VC2003]"), "\(refused.errorText)")
    #expect(refused.errorText.contains("connections/a.yaml:"))
    #expect(!refused.errorText.contains("in-clear-4711"))
    #expect(try git(sandbox, ["log"]).status != 0, "there is no commit")

    #expect(try git(sandbox, ["add", "connections"]).status == 0)
    let committed = try git(sandbox, ["commit", "-m", "a"])
    #expect(committed.status == 0, "\(committed.errorText)")
  }

  @Test func whatLiesBesideTheIndexDoesNotMatter() throws {
    let sandbox = try repository()
    #expect(try git(sandbox, ["add", "vaultctl.yaml"]).status == 0)
    try sandbox.write(httpManifest("a", token: "in-clear"), to: "connections/a.yaml")
    try sandbox.write("token: in-clear\n", to: "elsewhere.yaml")
    #expect(try git(sandbox, ["add", "elsewhere.yaml"]).status == 0)
    let committed = try git(sandbox, ["commit", "-m", "a"])
    #expect(committed.status == 0, "\(committed.errorText)")
  }

  @Test(arguments: ["spec: [in-clear", "kind: Connection\n\ttoken: in-clear\n"])
  func whatCannotBeReadIsRefused(_ text: String) throws {
    let sandbox = try repository()
    try sandbox.write(text, to: "connections/a.yaml")
    #expect(try git(sandbox, ["add", "connections"]).status == 0)
    let refused = try git(sandbox, ["commit", "-m", "a"])
    #expect(refused.status == 1)
    #expect(!refused.errorText.contains("in-clear"), "\(refused.errorText)")
  }

  @Test func aHookOfSomebodyElseIsLeftAlone() throws {
    let sandbox = try repository()
    #expect(try sandbox.vaultctl(["hooks", "install"]).status == 0, "ours is written anew")
    let path = ".git/hooks/pre-commit"
    try sandbox.write("#!/bin/sh\nexit 0\n", to: path)
    let refused = try sandbox.vaultctl(["hooks", "install"])
    #expect(refused.status == 1 && refused.errorText.contains("error[VC1209]"))
    #expect(try sandbox.read(path) == "#!/bin/sh\nexit 0\n")
  }

  @Test func aProjectInAFolderOfItsRepository() throws {
    let sandbox = try Sandbox()
    let folder = sandbox.folder.path
    try FileManager.default.createDirectory(
      atPath: folder + "/it's ops", withIntermediateDirectories: true)
    for name in ["vaultctl.yaml", "connections"] {
      try FileManager.default.moveItem(
        atPath: "\(folder)/\(name)", toPath: "\(folder)/it's ops/\(name)")
    }
    #expect(try git(sandbox, ["init", "--quiet"]).status == 0)
    #expect(try sandbox.vaultctl(["hooks", "install", "-C", "it's ops"]).status == 0)
    try sandbox.write(
      httpManifest("a", token: "in-clear"), to: "it's ops/connections/a.yaml")
    #expect(try git(sandbox, ["add", "it's ops"]).status == 0)
    let refused = try git(sandbox, ["commit", "-m", "a"])
    #expect(refused.status == 1 && refused.errorText.contains("VC2003"), "\(refused.errorText)")
    #expect(
      try sandbox.vaultctl(["hooks", "check"]).errorText.contains("VC1201"), "no project here")
  }
}
