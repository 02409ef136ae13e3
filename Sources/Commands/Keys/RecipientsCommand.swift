import ArgumentParser

struct RecipientsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recipients",
    abstract: "List, add and remove the keys that secrets are sealed for.",
    subcommands: [
      ListRecipientsCommand.self, AddRecipientCommand.self, RemoveRecipientCommand.self,
    ])
}
