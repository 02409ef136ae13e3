package import ArgumentParser

/// A command line with the options of every command after the command, where the parser takes them:
/// `-C p plan` as `plan -C p`.
package struct ArgumentOrder {
  /// Without the program's name.
  package let arguments: [String]
  /// The names of the commands that they call.
  package let path: [String]

  /// The options of every command.
  static var names: Set<String> { valued.union(flags).union(["-v", "-q"]) }

  private static let valued: Set<String> = ["-C", "--project", "--env", "--trust-ref", "--color"]
  private static let flags: Set<String> = ["--batch", "--verbose", "--quiet"]

  /// - Parameter words: without the program's name.
  /// - Throws: for a word that should be a command and is none.
  package init(_ words: [String]) throws(ValidationError) {
    var path: [String] = []
    var called: [String] = []
    var moved: [String] = []
    var command: any ParsableCommand.Type = VaultctlCommand.self
    var rest = words[...]
    while !command.configuration.subcommands.isEmpty, let word = rest.first {
      if let count = Self.optionLength(word), rest.count >= count {
        moved += rest.prefix(count)
        rest.removeFirst(count)
      } else if word.hasPrefix("-") || (path.isEmpty && word == "help") {
        break
      } else if let next = CommandPath.subcommand(word, of: command) {
        path.append(next.configuration.commandName ?? word)
        called.append(word)
        command = next
        rest.removeFirst()
      } else {
        throw CommandPath.unknown(word, below: command)
      }
    }
    self.path = path
    // A command of which only a subcommand can be run takes no options.
    arguments =
      command.configuration.subcommands.isEmpty ? called + moved + rest : called + rest + moved
  }

  /// The number of words of an option of every command; `nil` if the word is none.
  private static func optionLength(_ word: String) -> Int? {
    if valued.contains(word) { return 2 }
    if flags.contains(word) { return 1 }
    if let equals = word.firstIndex(of: "="), valued.contains(String(word[..<equals])) { return 1 }
    let letters = word.dropFirst()
    return word.hasPrefix("-") && !letters.isEmpty && letters.allSatisfy { "vq".contains($0) }
      ? 1 : nil
  }
}
