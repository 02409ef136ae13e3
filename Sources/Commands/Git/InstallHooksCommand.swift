import ArgumentParser
import Diagnostics
import Files
import Foundation
import GitPlumbing
import Reports

struct InstallHooksCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Install the pre-commit hook and the diff driver.",
    discussion: """
      A hook that has a line of yours is never changed: add the line that is shown to it. For another \
      project of the same repository, the check is added to the hook that vaultctl wrote. Run this once \
      in each clone.
      """)

  @OptionGroup var global: GlobalOptions

  @Flag(help: "Show what would be written; write nothing.") var dryRun = false

  @OptionGroup var output: OutputOptions

  var isDryRun: Bool { dryRun }

  func carryOut(_ console: Console) async throws -> Outcome {
    let root = try ProjectRoot.entered(global)
    let git = Git(folder: root)
    let path = try git.hook("pre-commit")
    let folder = "./" + (try git.line(["rev-parse", "--show-prefix"]))
    var script = try present(path, folder)
    script.add(folder)
    if !dryRun { try install(script, at: path, git) }
    console.result(ActionReport(["file": .text(path), "dry_run": .flag(dryRun)]).json)
    console.done("Before each commit, git now runs: vaultctl hooks check")
    if dryRun { console.note("The hook is \(path); the diff driver is a setting of this clone.") }
    return .fine
  }

  private func install(_ script: HookScript, at path: String, _ git: Git) throws {
    do {
      try FileManager.default.createDirectory(
        at: URL(fileURLWithPath: path).deletingLastPathComponent(),
        withIntermediateDirectories: true)
    } catch {
      throw Failure(.unwritable(path, error))
    }
    try PrivateFile(path).replace(with: script.bytes)
    guard unsafe chmod(path, 0o755) == 0 else {
      throw Failure(.unwritable(path, POSIXError(SystemError(errno))))
    }
    _ = try git.output(["config", "--local"] + TextconvCommand.setting)
  }

  /// The hook that vaultctl wrote, or a new one.
  ///
  /// - Throws: if there is anything else, whatever it is.
  private func present(_ path: String, _ folder: String) throws -> HookScript {
    do throws(RegularFile.Fault) {
      let bytes = try RegularFile(limit: FileLimit.manifest).bytes(path)
      if let script = HookScript(bytes) { return script }
    } catch {
      if error == .missing { return HookScript() }
    }
    throw Failure(
      Diagnostic(
        .alreadyExists, "a pre-commit hook already exists", at: .file(path),
        notes: ["it was not changed"],
        help: ["add this line to it: \(HookScript.check(folder))"]))
  }
}
