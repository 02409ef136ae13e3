import ArgumentParser

struct StoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store",
    abstract: "Back up, restore, verify and copy a store.",
    subcommands: [
      StoreVerifyCommand.self, StoreBackupCommand.self, StoreRestoreCommand.self,
      StoreCopyCommand.self, StoreAcceptCommand.self,
    ])
}
