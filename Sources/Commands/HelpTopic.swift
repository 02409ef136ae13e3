import ArgumentParser
import Diagnostics

/// What `vaultctl help` is asked about: the names of a command and its subcommands.
///
/// ArgumentParser shows help about all commands for one that it does not know, and succeeds.
struct HelpTopic {
  private let names: ArraySlice<String>

  /// `nil` for any other command.
  ///
  /// - Parameter arguments: the program's name first.
  init?(arguments: [String]) {
    guard arguments.dropFirst().first == "help" else { return nil }
    names = arguments.dropFirst(2).filter { !$0.hasPrefix("-") }[...]
  }

  /// - Throws: `ValidationError` if there is no such command.
  func validate() throws(ValidationError) {
    if let fault = Self.fault(of: names, below: VaultctlCommand.self) { throw fault }
  }

  private static func fault(
    of names: ArraySlice<String>, below command: any ParsableCommand.Type
  ) -> ValidationError? {
    guard let name = names.first else { return nil }
    let subcommands = command.configuration.subcommands
    for subcommand in subcommands where subcommand.configuration.commandName == name {
      return fault(of: names.dropFirst(), below: subcommand)
    }
    let known = subcommands.compactMap { $0.configuration.commandName }
    let nearest = nearestName(to: name, among: known).map { "; did you mean `\($0)`?" }
    return ValidationError("there is no such command" + (nearest ?? "; list them: vaultctl help"))
  }
}
