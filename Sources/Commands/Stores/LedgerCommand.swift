import ArgumentParser

struct LedgerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger",
    abstract: "Inspect the applied records that are kept outside a store, in a git ref or a file.",
    subcommands: [
      LedgerLogCommand.self, LedgerShowCommand.self, LedgerVerifyCommand.self,
      LedgerAcceptCommand.self, LedgerRebuildCommand.self,
    ])
}
