import ArgumentParser
import Diagnostics

/// A command, found by the words that call it.
enum CommandPath {
  /// The subcommand of this name, or with this alias.
  static func subcommand(
    _ name: String, of command: any ParsableCommand.Type
  ) -> (any ParsableCommand.Type)? {
    command.configuration.subcommands.first { subcommand in
      subcommand.configuration.commandName == name
        || subcommand.configuration.aliases.contains(name)
    }
  }

  /// A word that is none of the command's subcommands. It is quoted only if it is near to one: it may be
  /// a secret in the wrong place.
  ///
  /// - Parameter others: what else the word could be.
  static func unknown(
    _ name: String, below command: any ParsableCommand.Type, or others: [String] = []
  ) -> ValidationError {
    let known =
      command.configuration.subcommands.flatMap {
        [$0.configuration.commandName].compactMap(\.self) + $0.configuration.aliases
      } + others
    let path = command.configuration.commandName.map { $0 == "vaultctl" ? "" : " \($0)" } ?? ""
    let nearest = nearestName(to: name, among: known)
    return ValidationError(
      nearest.map { "there is no command `\(name)`; did you mean `\($0)`?" }
        ?? "there is no such command; list them: vaultctl help\(path)")
  }
}
