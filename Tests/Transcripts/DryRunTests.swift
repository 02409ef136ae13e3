import Foundation
import TestSupport
import Testing

/// A dry run says what would be written, and writes nothing.
@Suite struct DryRunTests {
  private static let commands: [[String]] = [
    ["init", "-C", "new", "--recipient", "FINGERPRINT"],
    ["new", "x", "--app", "slack", "--empty"],
    ["import", "old-crm"],
    ["import", "--from", "json", "it.json", "--map", "services.*.token=http.token"],
    ["encrypt"],
    ["set", "twilio-prod", "api_key"],
    ["rekey", "--all"],
    ["rename", "twilio-prod", "twilio"],
    ["rename-project", "sandbox", "other"],
    ["rename-environment", "prod", "production"],
    ["delete", "slack-alerts"],
    ["fmt"],
    ["recipients", "add", "keys/bob.asc"],
    ["set", "twilio-prod", "account_id", "--env", "prod", "AC9"],
  ]

  /// Every file with its bytes.
  private func contents(of folder: String) throws -> [String: Data] {
    let manager = FileManager.default
    let files = try manager.subpathsOfDirectory(atPath: folder).filter { path in
      // SQLite's own files come and go when a store is read.
      if path.hasPrefix(".vaultctl/") || path.hasPrefix(".git/") { return false }
      let attributes = try? manager.attributesOfItem(atPath: folder + "/" + path)
      return attributes?[.type] as? FileAttributeType == .typeRegular
    }
    return Dictionary(
      uniqueKeysWithValues: files.map {
        ($0, manager.contents(atPath: folder + "/" + $0) ?? Data())
      })
  }

  /// Our own files beside the keyring, with their bytes.
  private func keyring(of project: ExampleProject) throws -> [String: Data?] {
    let home = project.sandbox.home.path
    let names = try FileManager.default.contentsOfDirectory(atPath: home)
      .filter { $0.hasPrefix("vaultctl") }
    return Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, FileManager.default.contents(atPath: home + "/" + $0))
      })
  }

  private struct Report: Decodable, Equatable {
    struct File: Decodable, Hashable {
      let file: String
      let action: String
    }
    let dry_run: Bool
    let files: [File]
  }

  @Test func whatADryRunNamesIsWhatIsWritten() throws {
    let project = try ExampleProject()
    let scratch = try TemporaryFolder()
    let folder = scratch.path + "/p"
    for words in Self.commands {
      try project.copy(to: folder)
      try Data(#"{"services": {"one": {"token": "S3CR3T-t0ken"}}}"#.utf8)
        .write(to: URL(fileURLWithPath: folder + "/it.json"))
      try Data(
        "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: open}\nspec:\n  setup: {type: bearer, token: S3CR3T-t0ken}\n  app: http\n"
          .utf8
      ).write(to: URL(fileURLWithPath: folder + "/connections/open.yaml"))
      if words[0] != "encrypt", words[0] != "fmt" {
        try FileManager.default.removeItem(atPath: folder + "/connections/open.yaml")
      }
      let command =
        "vaultctl "
        + words.map { "'\($0)'" }.joined(separator: " ")
        .replacing("FINGERPRINT", with: project.sandbox.key)
      let before = try contents(of: folder)
      let keys = try keyring(of: project)
      let store = try project.shell("vaultctl status", in: folder).text
      let shown = try project.shell(command + " --dry-run", in: folder)
      #expect(shown.status == 0, "\(command): \(shown.errorText)")
      #expect(shown.text.contains("(dry run)") || shown.text.contains("Would create"), "\(command)")
      #expect(!(shown.text + shown.errorText).contains("S3CR3T"), "\(command): \(shown.text)")
      let planned = try project.shell(command + " --dry-run -o json", in: folder)
      #expect(try contents(of: folder) == before, "\(command) changed a file")
      #expect(try keyring(of: project) == keys, "\(command) changed what is beside the keyring")
      #expect(try project.shell("vaultctl status", in: folder).text == store, "\(command)")
      let done = try project.shell(command + " -o json", in: folder)
      #expect(done.status == 0, "\(command): \(done.errorText)")
      let (dry, real) = try (
        JSONDecoder().decode(Report.self, from: planned.output),
        JSONDecoder().decode(Report.self, from: done.output)
      )
      #expect(dry.dry_run && !real.dry_run && dry.files == real.files, "\(command)")
      #expect(!real.files.isEmpty, "\(command)")
      let after = try contents(of: folder)
      let base = words[0] == "init" ? "new/" : ""
      for file in real.files {
        let (old, new) = (before[base + file.file], after[base + file.file])
        switch file.action {
        case "create": #expect(old == nil && new != nil, "\(command): \(file)")
        case "remove": #expect(old != nil && new == nil, "\(command): \(file)")
        default: #expect(old != nil && new != nil && old != new, "\(command): \(file)")
        }
      }
      let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
      #expect(changed == Set(real.files.map { base + $0.file }), "\(command)")
    }
  }

  /// What a killed command left is finished or taken back by the next one that writes.
  @Test func aDryRunOfInitLeavesWhatAKilledOneLeft() async throws {
    let sandbox = try Sandbox()
    let killed = try await RunningProgram(
      sandbox, ["init", "--recipient", sandbox.key], under: Sandbox.killing(at: "renameat2", 1)
    ).finished()
    #expect(killed.status != 0)
    let path = sandbox.folder.path
    let before = try Sandbox.contents(of: path)
    #expect(before.keys.contains(".vaultctl/changes"), "\(before.keys)")
    let shown = try sandbox.vaultctl(["init", "--recipient", sandbox.key, "--dry-run"])
    #expect(try Sandbox.contents(of: path) == before, "\(shown.text)\(shown.errorText)")
    let done = try sandbox.vaultctl(["init", "--recipient", sandbox.key])
    #expect(done.status == 0, "\(done.errorText)")
    #expect(!FileManager.default.fileExists(atPath: path + "/.vaultctl/changes"))
  }

  /// A value that was typed is kept where its manifest changed meanwhile, but that would be a file.
  @Test(arguments: [false, true])
  func aDryRunOfSetKeepsNoValue(isDry: Bool) async throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "x"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let session = try TerminalSession(
      sandbox, ["set", "a", "token"] + (isDry ? ["--dry-run"] : []))
    try await session.waitForScreen("input is hidden")
    try sandbox.write(httpManifest("b", token: "y"), to: "connections/a.yaml")
    let before = try Sandbox.contents(of: sandbox.folder.path)
    try session.type("typed-4711\n")
    try await session.waitForEnd()
    #expect(session.status == 1, "\(session.screen)")
    let after = try Sandbox.contents(of: sandbox.folder.path)
    #expect((after == before) == isDry, "\(session.screen)")
  }

  @Test func aDryRunOfRestoreRefusesWhereAStoreIs() throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "x"), to: "connections/a.yaml")
    for arguments in [["encrypt"], ["apply", "--auto-approve"], ["store", "backup", "it.backup"]] {
      #expect(try sandbox.vaultctl(arguments).status == 0)
    }
    let path = sandbox.folder.path
    var before = try Sandbox.contents(of: path)
    let refused = try sandbox.vaultctl(["store", "restore", "it.backup", "--dry-run"])
    #expect(
      refused.status == 1 && refused.errorText.contains("already exists"), "\(refused.errorText)")
    #expect(!refused.text.contains("Restored"), "\(refused.text)")
    let copied = try sandbox.vaultctl(
      ["store", "restore", "it.backup", "--to", "it.db", "--dry-run"])
    #expect(copied.status == 0 && copied.text.contains("it.db (dry run)"), "\(copied.errorText)")
    #expect(try Sandbox.contents(of: path) == before)
    // A link that leads nowhere is in the way, too.
    try FileManager.default.removeItem(atPath: path + "/.vaultctl")
    try FileManager.default.createDirectory(
      atPath: path + "/.vaultctl", withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o700])
    try FileManager.default.createSymbolicLink(
      atPath: path + "/.vaultctl/vault.db", withDestinationPath: "nowhere")
    #expect(try sandbox.vaultctl(["store", "restore", "it.backup", "--dry-run"]).status == 1)
    try FileManager.default.removeItem(atPath: path + "/.vaultctl/vault.db")
    before = try Sandbox.contents(of: path)
    let shown = try sandbox.vaultctl(["store", "restore", "it.backup", "--dry-run"])
    #expect(shown.status == 0 && shown.text.contains("(dry run)"), "\(shown.errorText)")
    #expect(try Sandbox.contents(of: path) == before)
  }

  @Test(arguments: [("sealed-4711", true), ("${PLACEHOLDER}", false)])
  func aDryRunOfEditChecksWhatWasTyped(value: String, isRight: Bool) throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "x"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    try sandbox.write("printf %s '\(value)' > \"$1\"\n", to: "editor")
    let environment = ["EDITOR": "sh \(sandbox.folder.path)/editor"]
    let before = try Sandbox.contents(of: sandbox.folder.path)
    func edit(_ more: [String]) throws -> Finished {
      try sandbox.vaultctl(["edit", "a", "token"] + more, environment: environment)
    }
    let shown = try edit(["--dry-run"])
    #expect(shown.status == (isRight ? 0 : 1), "\(shown.errorText)")
    #expect(shown.text.contains("sealed `token` of `a` (dry run)") == isRight, "\(shown.text)")
    #expect(!(shown.text + shown.errorText).contains(value), "\(shown.text)\(shown.errorText)")
    #expect(try Sandbox.contents(of: sandbox.folder.path) == before)
    if !isRight { return }
    #expect(try edit([]).status == 0)
    #expect(try sandbox.vaultctl(["decrypt", "a", "token"]).text == value)
  }

  @Test func aDryRunOfHooksInstallLeavesGitAlone() throws {
    let sandbox = try Sandbox()
    try sandbox.git(["init", "--quiet"])
    let path = sandbox.folder.path
    let before = try Sandbox.contents(of: path)
    let shown = try sandbox.vaultctl(["hooks", "install", "--dry-run"])
    #expect(shown.status == 0 && shown.text.contains("(dry run)"), "\(shown.errorText)")
    let planned = try sandbox.vaultctl(["hooks", "install", "--dry-run", "-o", "json"])
    #expect(try Sandbox.contents(of: path) == before)
    let done = try sandbox.vaultctl(["hooks", "install", "-o", "json"])
    #expect(done.status == 0, "\(done.errorText)")
    #expect(
      planned.text == done.text.replacing("\"dry_run\" : false", with: "\"dry_run\" : true"),
      "\(planned.text)\(done.text)")
    // A hook of another tool is refused, as without the option.
    try sandbox.write("#!/bin/sh\nlint\n", to: ".git/hooks/pre-commit")
    let foreign = try Sandbox.contents(of: path)
    let refused = try sandbox.vaultctl(["hooks", "install", "--dry-run"])
    #expect(refused.status == 1 && refused.errorText.contains("VC1209"), "\(refused.errorText)")
    #expect(try Sandbox.contents(of: path) == foreign)
  }

  @Test func aDryRunOfBackupChecksTheStore() throws {
    let sandbox = try Sandbox()
    let path = sandbox.folder.path
    func backup(_ more: [String] = [], file: String = "it.backup") throws -> Finished {
      try sandbox.vaultctl(["store", "backup", file] + more)
    }
    let absent = try backup(["--dry-run"])
    #expect(absent.status == 1, "there is no store yet: \(absent.text)")
    try sandbox.write(httpManifest("a", token: "x"), to: "connections/a.yaml")
    for arguments in [["encrypt"], ["apply", "--auto-approve"]] {
      #expect(try sandbox.vaultctl(arguments).status == 0)
    }
    let before = try contents(of: path)
    let shown = try backup(["--dry-run"])
    #expect(
      shown.status == 0 && shown.text.contains("Backed up 1 connection of")
        && shown.text.contains("it.backup (dry run)"), "\(shown.text)\(shown.errorText)")
    let planned = try backup(["--dry-run", "-o", "json"])
    #expect(try contents(of: path) == before)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: path + "/.vaultctl")
        .allSatisfy { !$0.hasPrefix(".vaultctl-copy-") })
    let done = try backup(["-o", "json"])
    #expect(
      planned.text == done.text.replacing("\"dry_run\" : false", with: "\"dry_run\" : true"),
      "\(planned.text)\(done.text)")
    #expect(try backup(["--dry-run"]).status == 1, "the file exists")
    // Nobody could open it.
    try sandbox.writeProject(keys: [String(repeating: "A", count: 40)])
    #expect(try backup(["--dry-run"], file: "other.backup").status == 1)
    // A damaged store is no backup.
    try sandbox.writeProject()
    try Data("no store".utf8).write(to: URL(fileURLWithPath: path + "/.vaultctl/vault.db"))
    #expect(try backup(["--dry-run"], file: "other.backup").status == 1)
  }

  @Test func aDryRunOfUpgradeGivesNoID() throws {
    let sandbox = try Sandbox()
    let file = try sandbox.read("vaultctl.yaml")
    try sandbox.write(file.replacing("id: sandbox0sandbox0sand\n", with: ""), to: "vaultctl.yaml")
    let before = try Sandbox.contents(of: sandbox.folder.path)
    let shown = try sandbox.vaultctl(["upgrade", "--dry-run"])
    #expect(shown.status == 0, "\(shown.errorText)")
    #expect(shown.text.contains("The project has an id now; commit vaultctl.yaml. (dry run)"))
    let planned = try sandbox.vaultctl(["upgrade", "--dry-run", "-o", "json"])
    #expect(planned.text.contains("\"dry_run\" : true"), "\(planned.text)")
    #expect(try Sandbox.contents(of: sandbox.folder.path) == before)
    #expect(try sandbox.vaultctl(["plan"]).errorText.contains("VC1218"))
  }

  @Test func whatWouldBeRefusedIsRefused() throws {
    let sandbox = try Sandbox()
    try sandbox.write("there before", to: "connections/x.yaml")
    let taken = try sandbox.vaultctl(["new", "x", "--app", "slack", "--empty", "--dry-run"])
    #expect(taken.status == 1, "\(taken.text)")
    let missing = try sandbox.vaultctl(["rename", "a", "b", "--dry-run"])
    #expect(missing.status == 1)
  }
}
