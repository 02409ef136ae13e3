/// Help about a command, for a terminal.
struct HelpText {
  /// The words that call the command, without the program's name.
  private let path: [String]
  private let command: CommandDescription
  private let width: Int

  /// Where descriptions begin.
  private static let column = 26

  /// - Parameter width: of the terminal, in columns; at least 40.
  init(_ path: [String], _ command: CommandDescription, width: Int) {
    self.path = path
    self.command = command
    self.width = width
  }

  var text: String {
    var sections: [String] = []
    sections.append(wrapped("OVERVIEW: \(command.abstract ?? "")", indent: 0))
    if let discussion = command.discussion { sections.append(paragraphs(discussion)) }
    sections.append(usage)
    if let aliases = command.aliases, !aliases.isEmpty {
      sections.append("ALIASES: \(aliases.joined(separator: ", "))")
    }
    sections += command.argumentLists.map { title, arguments in
      entries("\(title):", arguments.map { ($0.signature, $0.summary) })
    }
    let examples = CommandExamples.of(path)
    if !examples.isEmpty {
      sections.append(
        "EXAMPLES:\n"
          + examples.map { "  # \($0.purpose)\n  \($0.command)" }.joined(separator: "\n"))
    }
    if !command.shownSubcommands.isEmpty { sections.append(subcommands) }
    if path.isEmpty { sections.append(topics) }
    return sections.joined(separator: "\n\n") + "\n"
  }

  /// `vaultctl set <name> <field> [<value>] [options]`.
  var usage: String {
    let words = ["vaultctl"] + path + command.usage
    return wrapped("USAGE: " + words.map(Self.unbroken).joined(separator: " "), indent: 4)
      .replacing("\u{A0}", with: " ")
  }

  private static func unbroken(_ words: String) -> String { words.replacing(" ", with: "\u{A0}") }

  private var subcommands: String {
    entries(
      "SUBCOMMANDS:",
      command.shownSubcommands.map { subcommand in
        let aliases = (subcommand.aliases ?? []).map { ", \($0)" }.joined()
        return (subcommand.commandName + aliases, subcommand.abstract ?? "")
      })
      + "\n\n"
      + wrapped(
        "  See 'vaultctl help\(path.map { " \($0)" }.joined()) <subcommand>' for detailed help.",
        indent: 2)
  }

  private var topics: String {
    entries("TOPICS:", HelpTopic.allCases.map { ($0.rawValue, $0.title) })
      + "\n\n  See 'vaultctl help <topic>'."
  }

  private func entries(_ title: String, _ entries: [(name: String, text: String)]) -> String {
    entries.reduce(into: title) { written, entry in
      let lines = TextWrapping.lines(entry.text, width: width - Self.column)
      let margin = String(repeating: " ", count: Self.column)
      let name = "  \(entry.name)"
      var rest = lines[...]
      written += "\n" + name
      if name.count < Self.column, let first = rest.popFirst() {
        written += String(repeating: " ", count: Self.column - name.count) + first
      }
      for line in rest { written += "\n" + margin + line }
    }
  }

  private func paragraphs(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { wrapped(String($0), indent: 0) }.joined(separator: "\n")
  }

  private func wrapped(_ text: String, indent: Int) -> String {
    TextWrapping.lines(text, width: width, hanging: indent).joined(separator: "\n")
  }
}
