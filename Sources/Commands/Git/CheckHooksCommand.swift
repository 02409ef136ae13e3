import ArgumentParser
import Diagnostics
import GitPlumbing
import Manifests

struct CheckHooksCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Reject staged manifests that contain a plain-text secret or cannot be read.",
    discussion: """
      Checks the staged contents, not the working tree: a manifest that was staged in plain text \
      and sealed afterwards is rejected too. Needs no key.
      """)

  @OptionGroup var global: GlobalOptions

  @OptionGroup var output: OutputOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let git = Git(folder: try ProjectRoot.entered(global))
    let contents = try ProjectReader.contents(of: StagedProject(git))
    let staged = Set(try git.stagedFiles())
    let unread = contents.diagnostics.filter {
      $0.location?.file.map(staged.contains) ?? false
    }
    let diagnostics =
      (unread
      + contents.manifests.filter { staged.contains($0.file) }.flatMap(\.diagnostics))
      .filter { $0.severity == .error }
    console.report(diagnostics, sources: contents.sources)
    guard diagnostics.isEmpty else {
      console.explain(
        "\nThe commit was rejected. Fix the staged files (git add), then commit again.")
      return .failed
    }
    return .fine
  }
}
