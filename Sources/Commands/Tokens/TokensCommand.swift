import ArgumentParser

struct TokensCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokens",
    abstract: "List, revoke and forget the tokens in a store.",
    subcommands: [ListTokensCommand.self, RevokeCommand.self, ForgetTokensCommand.self])
}
