import ArgumentParser
import Diagnostics
import Foundation
import GitPlumbing
import Manifests
import SourceYAML

struct HooksCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hooks", abstract: "Keep secrets in clear out of commits.",
    subcommands: [InstallHooksCommand.self, CheckHooksCommand.self])
}

struct InstallHooksCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Make git ask vaultctl before each commit, and for differences of manifests.",
    discussion: "A hook of yours is left alone. Each clone needs it once.")

  /// By which a hook of ours is known again.
  private static let mark = "# Written by: vaultctl hooks install"

  @OptionGroup var global: GlobalOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let root = try Workspace.root(global.project)
    let git = Git(folder: root)
    let path = try git.line([
      "rev-parse", "--path-format=absolute", "--git-path", "hooks/pre-commit",
    ])
    let prefix = try git.line(["rev-parse", "--show-prefix"])
    let script = """
      #!/bin/sh
      \(Self.mark)
      exec vaultctl hooks check -C \(shellWord("./" + prefix))

      """
    if let there = try? String(contentsOfFile: path, encoding: .utf8), !there.contains(Self.mark) {
      throw Failure(
        Diagnostic(
          .alreadyExists, "there is a pre-commit hook already", at: .file(path),
          notes: ["it is left as it is"],
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
    console.result("Before each commit, git now asks: vaultctl hooks check\n")
    return .fine
  }
}

struct CheckHooksCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Refuse staged manifests that hold a secret in clear, or cannot be read.",
    discussion: """
      Looks at what is staged, not at the files beside it: what was staged in clear and sealed \
      since is refused too. No key is needed.
      """)

  @OptionGroup var global: GlobalOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let git = Git(folder: try Workspace.root(global.project))
    let read = try ReadProject(from: StagedOrPresent(git))
    let staged = Set(try git.stagedFiles())
    let diagnostics = read.manifests.filter { staged.contains($0.file) }
      .flatMap(\.diagnostics).filter { $0.severity == .error }
    console.report(diagnostics, sources: read.sources)
    guard diagnostics.isEmpty else {
      console.note("\nThe commit is refused: mend what is staged (git add), then commit again.")
      return .failed
    }
    return .fine
  }
}

/// The index; the project file as it lies there where git does not have it.
private struct StagedOrPresent: ManifestSource {
  private let staged: GitSnapshot
  private let files: Files

  init(_ git: Git) throws {
    staged = try GitSnapshot(stagedIn: git)
    files = Files(root: git.folder)
  }

  func exists(_ path: String) -> Bool { staged.exists(path) || files.exists(path) }
  func files(at path: String) -> [String] { staged.files(at: path) }

  func read(_ names: [String]) throws(Diagnostic) -> [Result<[UInt8], Diagnostic>] {
    let isProjectFile = names == [Project.fileName] && !staged.exists(Project.fileName)
    return try isProjectFile ? files.read(names) : staged.read(names)
  }
}
