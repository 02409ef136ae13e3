import ArgumentParser

struct HooksCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hooks", abstract: "Keep plain-text secrets out of commits.",
    subcommands: [InstallHooksCommand.self, CheckHooksCommand.self])
}
