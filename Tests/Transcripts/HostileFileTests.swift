import Foundation
import TestSupport
import Testing

/// What a pull request may put where a file is expected: every command refuses it, in the work tree and
/// in git, and none waits for it.
@Suite struct HostileFileTests {
  private static let valid = "apiVersion: vaultctl/v1\nkind: Connection\n"

  private static func connection(_ name: String) -> String {
    "\(valid)metadata: {name: \(name)}\nspec: {app: slack}\n"
  }

  private func project(_ extra: String = "") throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: extra)
    try sandbox.write(Self.connection("a"), to: "connections/a.yaml")
    try sandbox.write(Self.connection("outside"), to: "elsewhere/b.yaml")
    #expect(try sandbox.git(["init", "--quiet", "--initial-branch=main"]).status == 0)
    try commit(sandbox)
    return sandbox
  }

  private func commit(_ sandbox: Sandbox) throws {
    try sandbox.git(["add", "--all"])
    let committed = try sandbox.git([
      "commit", "--quiet", "--allow-empty", "--no-verify", "-m", "it",
    ])
    #expect(committed.status == 0, "\(committed.errorText)")
  }

  private func link(_ sandbox: Sandbox, _ name: String, to target: String) throws {
    let path = sandbox.folder.path + "/" + name
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
      withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
  }

  /// Every command that reads manifests.
  private static let commands: [[String]] = [
    ["validate"], ["plan"], ["diff"], ["apply", "--auto-approve"], ["status"], ["encrypt"],
    ["rekey"],
    ["rename", "a", "c"], ["set", "a", "url"], ["hooks", "check"], ["diff", "HEAD~1..HEAD"],
    ["diff", "HEAD~1...HEAD"],
  ]

  @Test(arguments: [
    (link: "connections/b.yaml", to: "../elsewhere/b.yaml", extra: ""),
    ("connections/sub", "../elsewhere", ""),
    ("connections/dangling.yaml", "nowhere", ""),
    ("connections/outside.yml", "/etc/hostname", ""),
    ("more", "elsewhere", "manifests: [connections, more]"),
    ("nested", "elsewhere", "manifests: [connections, nested/deep]"),
    ("environments/prod", "../elsewhere", "environments: {prod: }"),
    ("environments/prod/b.yaml", "../../elsewhere/b.yaml", "environments: {prod: }"),
    ("flows/a.json", "../elsewhere/a.json", "flows: [flows/*.json]"),
    ("flows/sub", "../elsewhere", "flows: [flows/**/*.json]"),
    ("b.json", "elsewhere/a.json", "flows: ['*.json']"),
  ])
  func aLinkIsRefusedEverywhere(_ link: String, to target: String, extra: String) throws {
    let sandbox = try project(extra)
    try self.link(sandbox, link, to: target)
    let unstaged = [["hooks", "check"], ["diff", "HEAD~1..HEAD"], ["diff", "HEAD~1...HEAD"]]
    for command in Self.commands where !unstaged.contains(command) {
      try expectRefused(sandbox, command, "VC1013", link)
    }
    try sandbox.git(["add", "--all"])
    try expectRefused(sandbox, ["hooks", "check"], "VC1013", link)
    try commit(sandbox)
    for command in unstaged.dropFirst() { try expectRefused(sandbox, command, "VC1013", link) }
    #expect(try sandbox.read("elsewhere/b.yaml") == Self.connection("outside"))
  }

  private func expectRefused(
    _ sandbox: Sandbox, _ command: [String], _ code: String, _ file: String
  ) throws {
    let refused = try sandbox.vaultctl(command, input: "x", isRecorded: false)
    #expect(refused.status == 1, "\(command)")
    #expect(
      refused.errorText.contains("error[\(code)]: `\(file)`"), "\(command): \(refused.errorText)")
    #expect(!refused.text.contains("outside") && !refused.errorText.contains("outside`"))
  }

  /// Links that are nowhere near a manifest.
  @Test func otherLinksAreLeftAlone() throws {
    let sandbox = try project("manifests: [.]\nflows: ['**/*.json']")
    for name in ["docs", "README", "connections/.hidden.yaml"] {
      try link(sandbox, name, to: sandbox.folder.path + "/elsewhere")
    }
    #expect(try sandbox.vaultctl(["validate"]).status == 0)
    try commit(sandbox)
    #expect(try sandbox.vaultctl(["diff", "HEAD~1..HEAD"]).status == 0)
  }

  @Test func theProjectFileIsNoLink() throws {
    let sandbox = try project()
    let manager = FileManager.default
    let file = sandbox.folder.path + "/vaultctl.yaml"
    try manager.moveItem(atPath: file, toPath: sandbox.folder.path + "/real.yaml")
    try link(sandbox, "vaultctl.yaml", to: "real.yaml")
    for command in Self.commands.prefix(9) {
      try expectRefused(sandbox, command, "VC1013", "vaultctl.yaml")
    }
    try commit(sandbox)
    for command in Self.commands.suffix(3) {
      try expectRefused(sandbox, command, "VC1013", "vaultctl.yaml")
    }
    try manager.removeItem(atPath: file)
    try link(sandbox, "vaultctl.yaml", to: "nowhere")
    try expectRefused(sandbox, ["plan"], "VC1013", "vaultctl.yaml")
  }

  /// If one of these waited, the test would never end.
  @Test func aFIFOHangsNothing() throws {
    let sandbox = try project("flows: [flows/*.json]")
    try sandbox.write("{}", to: "flows/keep.txt")
    for name in ["connections/fifo.yaml", "flows/fifo.json"] {
      #expect(unsafe mkfifo(sandbox.folder.path + "/" + name, 0o600) == 0)
    }
    for command in Self.commands.prefix(9) {
      try expectRefused(sandbox, command, "VC1014", "connections/fifo.yaml")
    }
    // A connection of that name, too.
    #expect(unsafe mkfifo(sandbox.folder.path + "/a", 0o600) == 0)
    #expect(try sandbox.vaultctl(["show", "a"]).text.contains("slack"))
    #expect(
      unsafe unlink(sandbox.folder.path + "/vaultctl.yaml") == 0
        && mkfifo(sandbox.folder.path + "/vaultctl.yaml", 0o600) == 0)
    try expectRefused(sandbox, ["plan"], "VC1014", "vaultctl.yaml")
  }

  @Test func aSparseFileIsRefusedByItsSize() throws {
    let sandbox = try project()
    try sandbox.write("", to: "connections/sparse.yaml")
    #expect(unsafe truncate(sandbox.folder.path + "/connections/sparse.yaml", 3 << 30) == 0)
    let refused = try sandbox.vaultctl(["validate"])
    #expect(refused.status == 1)
    #expect(
      refused.errorText.contains("VC1001") && refused.errorText.contains("3221225472 bytes"))
  }

  /// In git its object is small, and its contents are not.
  @Test func aLargeObjectIsRefusedByItsSize() throws {
    let sandbox = try project()
    try sandbox.write(String(repeating: "#", count: 5 << 20), to: "connections/large.yaml")
    try sandbox.git(["add", "--all"])
    for command in [["validate"], ["hooks", "check"]] {
      let refused = try sandbox.vaultctl(command)
      #expect(refused.status == 1 && refused.errorText.contains("VC1001"), "\(refused.errorText)")
    }
    try commit(sandbox)
    let diff = try sandbox.vaultctl(["diff", "HEAD~1..HEAD"])
    #expect(diff.status == 1 && diff.errorText.contains("VC1001"), "\(diff.errorText)")
  }

  @Test func aSubmoduleIsRefusedEverywhere() throws {
    let sandbox = try project()
    let other = try project()
    let added = try sandbox.git(
      [
        "-c", "protocol.file.allow=always", "submodule", "add", "--quiet", other.folder.path,
        "connections/sub",
      ])
    #expect(added.status == 0, "\(added.errorText)")
    for command in Self.commands.prefix(10) {
      try expectRefused(sandbox, command, "VC1015", "connections/sub")
    }
    try commit(sandbox)
    for command in Self.commands.suffix(2) {
      try expectRefused(sandbox, command, "VC1015", "connections/sub")
    }
  }

  /// `./connections/` is what git calls `connections`.
  @Test func aPathInAnotherSpellingIsReadInGitToo() throws {
    let sandbox = try project(
      "manifests: [./connections//]\nenvironments: {prod: {overlay: ./over/}}")
    try sandbox.write(Self.connection("b"), to: "over/b.yaml")
    try sandbox.write(Self.connection("c"), to: "connections/c.yaml")
    try commit(sandbox)
    let diff = try sandbox.vaultctl(["diff", "HEAD~1..HEAD"])
    #expect(
      diff.status == 0 && diff.text.contains("\"b\"") && diff.text.contains("\"c\""), "\(diff.text)"
    )
  }
}
