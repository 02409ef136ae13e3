import ArgumentParser
import Diagnostics
import Foundation
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
    let files = Files(root: try Workspace.root(global.project))
    let git = Git(folder: files.root)
    let project = try stagedProject(git, files)
    var diagnostics: [Diagnostic] = []
    var sources: [String: RedactedSource] = [:]
    for file in try git.stagedFiles() where project.covers(file) {
      let bytes = try git.staged(file)
      let (yaml, faults) = YAMLFile.parse(bytes, file: file)
      let manifest = Manifest(yaml, parseFaults: faults, catalog: project.catalog)
      sources[file] = RedactedSource(bytes, hidden: faults.hasErrors ? nil : manifest.hidden)
      diagnostics += manifest.diagnostics.filter { $0.severity == .error }
    }
    console.report(diagnostics, sources: sources)
    guard diagnostics.isEmpty else {
      console.note("\nThe commit is refused: mend what is staged (git add), then commit again.")
      return .failed
    }
    return .fine
  }

  /// The project file as it is staged; as it lies there where git does not have it.
  private func stagedProject(_ git: Git, _ files: Files) throws -> Project {
    let name = Project.fileName
    let bytes: [UInt8]
    do {
      bytes = try git.staged(name)
    } catch {
      bytes = try files.read(name)
    }
    let (yaml, faults) = YAMLFile.parse(bytes, file: name)
    let read = Project.read(yaml, parseFaults: faults)
    guard let project = read.project else { throw Failure(read.diagnostics) }
    return project
  }
}

extension Project {
  /// Whether a file is one of the project's manifests.
  fileprivate func covers(_ file: String) -> Bool {
    guard file != Project.fileName else { return false }
    return manifests.contains { path in
      if path.text == file { return true }
      let folder = path.text == "." ? "" : path.text + "/"
      return file.hasPrefix(folder) && Files.isManifest(String(file.dropFirst(folder.count)))
    }
  }
}
