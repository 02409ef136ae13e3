import ArgumentParser
import Diagnostics
import Foundation
import GitPlumbing

struct InstallHooksCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Install the pre-commit hook and the diff driver.",
    discussion: "An existing hook is never changed. Run this once in each clone.")

  /// Marks a hook that vaultctl wrote.
  private static let mark = "# Written by: vaultctl hooks install"

  @OptionGroup var global: GlobalOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let root = try ProjectRoot.find(global.project)
    let git = Git(folder: root)
    let path = try git.hook("pre-commit")
    let prefix = try git.line(["rev-parse", "--show-prefix"])
    let script = """
      #!/bin/sh
      \(Self.mark)
      exec vaultctl hooks check -C \(shellWord("./" + prefix))

      """
    if let there = try? String(contentsOfFile: path, encoding: .utf8), !there.contains(Self.mark) {
      throw Failure(
        Diagnostic(
          .alreadyExists, "a pre-commit hook already exists", at: .file(path),
          notes: ["it was not changed"],
          help: ["add this line to it: vaultctl hooks check -C \(shellWord("./" + prefix))"]))
    }
    do {
      try FileManager.default.createDirectory(
        at: URL(fileURLWithPath: path).deletingLastPathComponent(),
        withIntermediateDirectories: true)
      try Data(script.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    } catch {
      throw Failure(.unreadable(path, error))
    }
    _ = try git.output(["config", "--local"] + TextconvCommand.setting)
    console.result("Before each commit, git now runs: vaultctl hooks check\n")
    return .fine
  }
}
