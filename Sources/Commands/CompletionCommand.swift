import Reports
import ArgumentParser

struct CompletionCommand: Subcommand {
  enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

  static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Print a shell completion script.",
    aliases: ["completions"])

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Shell: bash, zsh or fish.") var shell: Shell

  func carryOut(_ console: Console) async throws -> Outcome {
    let shell: CompletionShell =
      switch shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    console.result(
      MachineText(parserOutput: VaultctlCommand.completionScript(for: shell) + "\n"))
    return .fine
  }
}
