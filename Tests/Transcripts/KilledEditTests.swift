import Foundation
import TestSupport
import Testing

/// Commands that change files, killed or failing at every step: the project is as it was, or as the
/// command leaves it, and the same command ends well.
@Suite struct KilledEditTests {
  enum Command: String, CaseIterable, Sendable {
    case set, setOverlay, edit, encrypt, rekey, rename, renameProject, renameEnvironment, new,
      newFromFlow, importConnections, delete, format, addRecipient, removeRecipient, installSchemas,
      upgrade, initProject, initAgain

    var arguments: [String] {
      switch self {
      case .set: ["set", "a", "token"]
      case .setOverlay: ["set", "b", "token", "--env", "prod"]
      case .edit: ["edit", "a"]
      case .encrypt: ["encrypt"]
      case .rekey: ["rekey", "--all"]
      case .rename: ["rename", "a", "z"]
      case .renameProject: ["rename-project", "sandbox", "other"]
      case .renameEnvironment: ["rename-environment", "prod", "production"]
      case .new: ["new", "n", "--app", "http", "--file", "connections/deep/er/n.yaml"]
      case .newFromFlow: ["new", "--from-flow", "flow.json"]
      case .importConnections:
        ["import", "--from", "json", "it.json", "--map", "services.*.token=http.token"]
      case .delete: ["delete", "a", "--force"]
      case .format: ["fmt"]
      case .addRecipient: ["recipients", "add"]
      case .removeRecipient: ["recipients", "remove"]
      case .installSchemas: ["schema", "--install"]
      case .upgrade: ["upgrade", "--env", "prod", "--auto-approve"]
      case .initProject: ["init", "-C", "fresh"]
      case .initAgain: ["init"]
      }
    }

    /// Several files that are replaced, several that are created: errors, and writes of gpg and of the
    /// journal, are the same for all.
    var hasErrors: Bool { self == .rename || self == .newFromFlow }

    /// Its manifests are in plain text before.
    var startsUnsealed: Bool { self == .encrypt }

    /// Done twice, it finds nothing that it could do, and says so.
    var endsOnce: Bool { [.delete, .removeRecipient, .importConnections].contains(self) }
  }

  /// The system calls that write, and what becomes of one of them.
  private static let kills = ["fsync", "renameat2", "unlink", "mkdir", "ftruncate"]
    .map { ($0, "signal=KILL") }
  /// Not unlink(2), which gpg repeats forever where it fails.
  private static let more = [
    ("write", "signal=KILL"), ("write", "error=ENOSPC"), ("fsync", "error=EIO"),
    ("renameat2", "error=EIO"),
    ("mkdir", "error=ENOSPC"), ("ftruncate", "error=EIO"),
    // A file system that cannot exchange files.
    ("renameat2", "error=EINVAL"), ("link", "error=EIO"),
  ]

  /// Every so many calls one; with 1 one sees each.
  private static let step =
    Int(ProcessInfo.processInfo.environment["VAULTCTL_CRASH_STEP"] ?? "") ?? 7

  private let sandbox: Sandbox
  /// A second recipient's key.
  private let bob: String

  init() throws {
    sandbox = try Sandbox()
    try sandbox.home.launchAgent()
    bob = try sandbox.home.makeKey("Bob <bob@example.com>")
  }

  private func prepare(_ command: Command) throws {
    try sandbox.writeProject(
      keys: [sandbox.key] + (command == .removeRecipient ? [bob] : []),
      extra: "environments: {prod: {}}\nflows: [\"flow.json\"]")
    try sandbox.write(#"{"services": {"x": {"token": "t1"}, "y": {"token": "t2"}}}"#, to: "it.json")
    try sandbox.write(
      """
      {"name": "welcome", "actions": [
        {"id": "x", "type": "SLACK", "action": "POST_MESSAGE", "params": {}},
        {"id": "y", "type": "HTTP", "action": "SEND_REQUEST", "params": {"connection_id": "used"}}]}
      """, to: "flow.json")
    for name in ["a", "b"] {
      try sandbox.write(
        httpManifest(name, token: "clear-\(name)"), to: "connections/\(name).yaml")
    }
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: a}
      spec: {setup: {token: clear-prod}}

      """, to: "environments/prod/a.yaml")
    if !command.startsUnsealed {
      let sealed = try sandbox.vaultctl(["encrypt"], isRecorded: false)
      try #require(sealed.status == 0, "\(sealed.errorText)")
    }
    switch command {
    case .format:
      for name in ["a", "b"] {
        let file = "connections/\(name).yaml"
        try sandbox.write(
          try sandbox.read(file).replacing("  name:", with: "     name:"), to: file)
      }
    case .upgrade:
      let lines = try sandbox.read("vaultctl.yaml").split(separator: "\n")
      try sandbox.write(
        lines.filter { !$0.hasPrefix("id:") }.joined(separator: "\n") + "\n", to: "vaultctl.yaml")
    case _: break
    }
  }

  /// Every visible file below the project, and what a killed command left.
  private func files(in folder: String) throws -> [String: Data] {
    var found: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      guard !name.hasPrefix(".gnupg"), name != ".vaultctl",
        let data = FileManager.default.contents(atPath: folder + "/" + name)
      else { continue }
      found[name] = data
    }
    return found
  }

  private func copy(_ origin: String, to target: String) throws {
    try? FileManager.default.removeItem(atPath: target)
    try FileManager.default.copyItem(atPath: origin, toPath: target)
  }

  private func run(
    _ command: Command, in folder: String, under wrapper: [String] = []
  ) throws -> Finished {
    var arguments = command.arguments
    switch command {
    case .initProject, .initAgain: arguments += ["--recipient", sandbox.key]
    case .addRecipient, .removeRecipient: arguments.append(bob)
    case _: break
    }
    if let place = arguments.firstIndex(of: "-C") {
      arguments[place + 1] = folder + "/" + arguments[place + 1]
    } else {
      arguments += ["-C", folder]
    }
    let program = try Sandbox.builtProgram()
    let words = wrapper + [program] + arguments
    return try TestSupport.run(
      words[0], Array(words.dropFirst()), in: folder,
      environment: [
        "GNUPGHOME": sandbox.home.path, "PATH": "/usr/bin:/bin", "HOME": sandbox.folder.path,
        "XDG_STATE_HOME": sandbox.home.path, "EDITOR": "sed -i s/clear/other/",
      ], input: Data("value".utf8))
  }

  private func validate(_ folder: String) throws -> Finished {
    try TestSupport.run(
      try Sandbox.builtProgram(), ["graph", "-C", folder],
      environment: [
        "GNUPGHOME": sandbox.home.path, "PATH": "/usr/bin:/bin", "HOME": sandbox.folder.path,
      ])
  }

  @Test(arguments: Command.allCases)
  func everyFileIsOldOrNew(command: Command) throws {
    try prepare(command)
    let origin = sandbox.folder.path
    let scratch = try TemporaryFolder()
    let folder = scratch.path + "/p"
    try copy(origin, to: folder)
    let before = try files(in: folder)
    let undisturbed = try run(command, in: folder)
    try #require(undisturbed.status == 0, "\(undisturbed.errorText)")
    let after = try files(in: folder)
    let changes = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
      .map { Change(file: $0, before: before[$0], isRemoved: after[$0] == nil) }
    #expect(!changes.isEmpty)
    var disturbed = 0
    for (call, effect) in Self.kills + (command.hasErrors ? Self.more : []) {
      for number in stride(from: 1, through: 60, by: Self.step) {
        try copy(origin, to: folder)
        let ended = try run(
          command, in: folder,
          under: [
            "/usr/bin/strace", "-f", "-o", scratch.path + "/trace", "-e",
            "trace=\(call)", "-e",
            "inject=\(call):\(effect):when=\(number)",
          ])
        let trace = try String(contentsOfFile: scratch.path + "/trace", encoding: .utf8)
        // strace ends as the program does, and may not have written its trace then.
        guard
          ended.status == 128 + SIGKILL || trace.contains("killed by SIGKILL")
            || trace.contains("(INJECTED)")
        else { break }
        disturbed += 1
        try expectWhole(command, folder, before, changes, "\(call) \(number) \(effect)", ended)
      }
    }
    #expect(disturbed > 3, "\(disturbed)")
  }

  /// What a command does to one file.
  private struct Change {
    let file: String
    let before: Data?
    let isRemoved: Bool

    func isUndone(_ present: [String: Data]) -> Bool { present[file] == before }

    func isDone(_ present: [String: Data]) -> Bool {
      isRemoved ? present[file] == nil : present[file] != nil && present[file] != before
    }
  }

  /// The next command leaves every file old or new, and the same command ends well.
  private func expectWhole(
    _ command: Command, _ folder: String, _ before: [String: Data], _ changes: [Change],
    _ step: String, _ ended: Finished
  ) throws {
    let project = command == .initProject ? folder + "/fresh" : folder
    _ = try validate(project)
    let present = try files(in: folder)
    let isOld = changes.allSatisfy { $0.isUndone(present) }
    let isNew = changes.allSatisfy { $0.isDone(present) }
    let names = changes.filter { !$0.isUndone(present) }.map(\.file)
    #expect(isOld || isNew, "\(step): \(names) of \(changes.map(\.file)); \(ended.errorText)")
    if ended.status == 0 { #expect(isNew, "\(step): it reported success") }
    let touched = Set(changes.map(\.file))
    #expect(Set(present.keys).subtracting(before.keys).subtracting(touched) == [], "\(step)")
    let again = try run(command, in: folder)
    #expect(
      again.status == 0 || (isNew && command.endsOnce), "\(step): \(again.errorText)")
    let whole = try files(in: folder)
    #expect(changes.allSatisfy { $0.isDone(whole) }, "\(step), run again")
    let left = touched.subtracting(changes.filter(\.isRemoved).map(\.file))
    #expect(
      Set(whole.keys) == Set(before.keys).subtracting(touched).union(left), "\(step), run again")
  }
}
