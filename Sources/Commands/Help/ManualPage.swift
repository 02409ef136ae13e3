/// A page of the manual, in the macros of man(7).
struct ManualPage {
  /// `vaultctl-plan`.
  let name: String
  /// 1 for commands, 7 for topics.
  let section: Int
  /// One phrase.
  private let summary: String
  private let body: String

  var fileName: String { "\(name).\(section)" }

  /// - Parameter path: the words that call the command, without the program's name.
  init(_ path: [String], _ command: CommandDescription) {
    name = (["vaultctl"] + path).joined(separator: "-")
    section = 1
    summary = Self.phrase(command.abstract ?? "")
    var lines = [
      ".SH SYNOPSIS", ".B " + Self.escaped((["vaultctl"] + path).joined(separator: " ")),
    ]
    lines += Self.prose(command.usage.joined(separator: " "))
    lines += [".SH DESCRIPTION"] + Self.prose(command.abstract ?? "")
    lines += Self.paragraphs(command.discussion ?? "").flatMap { [".PP"] + $0 }
    for (title, arguments) in command.argumentLists {
      lines += [".SH " + title]
      lines += arguments.flatMap {
        [".TP", ".B " + Self.escaped($0.signature)] + Self.prose($0.summary)
      }
    }
    if !command.shownSubcommands.isEmpty {
      lines.append(".SH SUBCOMMANDS")
      lines += command.shownSubcommands.flatMap {
        [".TP", ".B " + Self.escaped($0.commandName)] + Self.prose($0.abstract ?? "")
      }
    }
    let examples = CommandExamples.of(path)
    if !examples.isEmpty {
      lines.append(".SH EXAMPLES")
      lines += examples.flatMap {
        [".TP", Self.escaped($0.purpose), ".B " + Self.escaped($0.command)]
      }
    }
    let related =
      path.isEmpty
      ? HelpTopic.allCases.map { (name: "vaultctl-\($0.rawValue)", section: 7) }
      : [(name: (["vaultctl"] + path.dropLast()).joined(separator: "-"), section: 1)]
    lines += [".SH SEE ALSO"] + Self.references(related)
    body = lines.joined(separator: "\n")
  }

  init(_ topic: HelpTopic) {
    name = "vaultctl-\(topic.rawValue)"
    section = 7
    summary = Self.phrase(topic.title)
    let paragraphs = Self.paragraphs(topic.text).enumerated().flatMap { number, lines in
      (number == 0 ? [] : [".PP"]) + lines
    }
    let lines = [".SH DESCRIPTION"] + paragraphs
    body = (lines + [".SH SEE ALSO"] + Self.references([(name: "vaultctl", section: 1)]))
      .joined(separator: "\n")
  }

  var text: String {
    """
    .TH \(name.uppercased()) \(section) \(Program.releaseDate) "vaultctl \(Program.version)"
    .SH NAME
    \(Self.escaped(name)) \\- \(Self.prose(summary, after: name.count + 8).joined(separator: "\n"))
    \(body)

    """
  }

  /// All pages: one for each command and one for each topic.
  static func all() -> [ManualPage] {
    func pages(_ path: [String], _ command: CommandDescription) -> [ManualPage] {
      [ManualPage(path, command)]
        + command.shownSubcommands.flatMap { pages(path + [$0.commandName], $0) }
    }
    return pages([], .program()) + HelpTopic.allCases.map { ManualPage($0) }
  }

  /// The paragraphs of a text, each in lines; one whose lines are indented is shown as it is.
  private static func paragraphs(_ text: String) -> [[String]] {
    text.split(separator: "\n\n").map { paragraph in
      let lines = paragraph.split(separator: "\n").map(String.init)
      guard lines.allSatisfy({ $0.hasPrefix("  ") }) else {
        return prose(lines.joined(separator: " "))
      }
      return [".nf"] + lines.map { escaped(String($0.dropFirst(2))) } + [".fi"]
    }
  }

  private static func references(_ pages: [(name: String, section: Int)]) -> [String] {
    pages.enumerated().map { number, page in
      ".BR \(escaped(page.name)) (\(page.section))" + (number + 1 < pages.count ? "," : "")
    }
  }

  /// The text of the NAME section begins in lower case and has no full stop.
  private static func phrase(_ sentence: String) -> String {
    let text = sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
    return text.prefix(1).lowercased() + text.dropFirst()
  }

  /// A text in lines of at most 80 bytes.
  ///
  /// - Parameter after: bytes that are before it in its first line.
  private static func prose(_ text: String, after: Int = 0) -> [String] {
    let lead = String(repeating: "x", count: after)
    let words = text.split(separator: " ").map { escaped(String($0)) }.joined(separator: " ")
    return TextWrapping.lines(lead + words, width: 78).enumerated().map { number, line in
      number == 0 ? String(line.dropFirst(after)) : atStart(line)
    }
  }

  /// A dot or quote at the start of a line would be a macro.
  private static func atStart(_ line: String) -> String {
    [".", "'"].contains(line.prefix(1)) ? "\\&" + line : line
  }

  /// Outside of macros nothing has a meaning but backslashes, and a dot or quote that begins a line.
  private static func escaped(_ text: String) -> String {
    let text = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
      .replacing("\u{2026}", with: "...").replacing("\"", with: "\\(dq")
    return atStart(text)
  }
}
