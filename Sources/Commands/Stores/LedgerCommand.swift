import ArgumentParser

struct LedgerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger",
    abstract: "The applied records that are kept beside a store: in a ref of git, or in a file.",
    subcommands: [
      LedgerLogCommand.self, LedgerShowCommand.self, LedgerVerifyCommand.self,
      LedgerRebuildCommand.self,
    ])
}
