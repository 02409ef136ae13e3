import ArgumentParser
import Diagnostics

/// What ArgumentParser says about wrong usage, without the arguments that it quotes.
///
/// An argument in the wrong place may be a secret: `vaultctl edit NAME FIELD S3CR3T`, or a password that
/// begins with two dashes. It is shown only if it is near to a word that the program knows, as a typo of
/// an option is.
package struct ArgumentMessage {
  package let text: String
  /// Without the usage that follows it.
  package let summary: String

  /// - Parameter arguments: the program's name first.
  package init(for error: any Error, arguments: [String]) {
    let full = VaultctlCommand.fullMessage(for: error)
    let message = VaultctlCommand.message(for: error)
    // Our own messages quote only what they accept; usage and help quote nothing.
    guard !(error is ValidationError), !message.isEmpty else {
      (text, summary) = (full, message)
      return
    }
    var shown = message
    for part in Self.hidden(in: message, of: arguments.dropFirst()) {
      shown = shown.replacing("'\(part)'", with: "'•••'")
    }
    shown = Self.withoutFarSuggestion(shown) + Self.advice(for: shown, arguments)
    summary = shown
    text =
      full.firstRange(of: message).map { full.replacingCharacters(in: $0, with: shown) } ?? full
  }

  /// The parser proposes `--quiet` for `--list`, and something for a word that is not shown.
  private static func withoutFarSuggestion(_ message: String) -> String {
    guard let found = message.firstMatch(of: #/ Did you mean '(-+[^']+)'\?/#),
      let typed = message.firstMatch(of: #/^Unknown option '([^']*)'/#)?.1
    else { return message }
    let isNear = nearestName(to: String(typed), among: [String(found.1)]) != nil
    return isNear ? message : String(message[..<found.range.lowerBound].dropLast())
  }

  /// kubectl and others have `apply --dry-run`.
  private static func advice(for message: String, _ arguments: [String]) -> String {
    message == "Unknown option '--dry-run'" && arguments.dropFirst().contains("apply")
      ? ". See what would change: vaultctl plan" : ""
  }

  /// What a message quotes of the arguments and must not: each one, and what is before and after its first
  /// `=`; the longest first. Words near to known ones may be shown.
  private static func hidden(in message: String, of arguments: ArraySlice<String>) -> [String] {
    let parts = arguments.flatMap { argument -> [String] in
      guard let equals = argument.firstIndex(of: "=") else { return [argument] }
      return [
        argument, String(argument[..<equals]), String(argument[argument.index(after: equals)...]),
      ]
    }
    let quoted = Set(parts).filter { message.contains("'\($0)'") }
    // The known words are those of all commands' help, and help itself quotes nothing.
    if quoted.isEmpty { return [] }
    let known = knownWords(of: VaultctlCommand.self)
    return quoted.filter { !known.contains($0) && nearestName(to: $0, among: known) == nil }
      .sorted { $0.count > $1.count }
  }

  /// Commands, and the options that help shows.
  private static func knownWords(of command: any ParsableCommand.Type) -> Set<String> {
    let name = command.configuration.commandName ?? ""
    let help = command.helpMessage(includeHidden: false)
    let options = help.split { $0.isWhitespace || ",<>[]()|".contains($0) }.map(String.init)
      .filter { $0.hasPrefix("-") }
    return command.configuration.subcommands.reduce(into: Set(options + [name])) {
      $0.formUnion(knownWords(of: $1))
    }
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
    self[..<range.lowerBound] + text + self[range.upperBound...]
  }
}
