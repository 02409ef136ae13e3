import ArgumentParser
import Diagnostics
import GitPlumbing
import Manifests

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
    let git = Git(folder: try ProjectRoot.find(global.project))
    let contents = try ProjectReader.contents(of: StagedProject(git))
    let staged = Set(try git.stagedFiles())
    let diagnostics = contents.manifests.filter { staged.contains($0.file) }
      .flatMap(\.diagnostics).filter { $0.severity == .error }
    console.report(diagnostics, sources: contents.sources)
    guard diagnostics.isEmpty else {
      console.note("\nThe commit is refused: mend what is staged (git add), then commit again.")
      return .failed
    }
    return .fine
  }
}
