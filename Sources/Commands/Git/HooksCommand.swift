import ArgumentParser

struct HooksCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hooks", abstract: "Keep secrets in clear out of commits.",
    subcommands: [InstallHooksCommand.self, CheckHooksCommand.self])
}
