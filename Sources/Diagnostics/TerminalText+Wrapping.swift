extension TerminalText {
  /// Sentences, broken into lines at their spaces; each line of the text on its own, with its indentation.
  ///
  /// What is between backticks stays on one line if it fits.
  ///
  /// - Parameters:
  ///   - width: of the terminal, in columns; `nil` breaks nothing.
  ///   - hanging: spaces before every line but the first, in addition to that line's own.
  ///   - hasCommands: a command stays on one line, however long it is: the terminal wraps it, and it can still
  ///     be copied.
  package func wrapped(
    to width: Int?, hanging: Int = 0, hasCommands: Bool = false
  ) -> TerminalText {
    guard let width, self.width > width else { return self }
    return lines.map { line in
      let indent = line.indent
      let units = Self.units(
        of: Array(line.words.dropFirst(indent)), width: width, hasCommands: hasCommands)
      return Self.filled(units, width: width, indent: indent, hanging: indent + hanging)
        .joined(separator: "\n")
    }.joined(separator: "\n")
  }

  /// A paragraph's lines, broken at each of its spaces.
  package func filled(width: Int, hanging: Int = 0) -> [TerminalText] {
    Self.filled(
      words.filter { !$0.isEmpty }, width: width, indent: indent, hanging: hanging)
  }

  /// Spaces before the first word; none of a line without words.
  private var indent: Int {
    let count = words.prefix(while: \.isEmpty).count
    return count == words.count ? 0 : count
  }

  /// A unit that is wider than a line has one of its own.
  private static func filled(
    _ units: [TerminalText], width: Int, indent: Int, hanging: Int
  ) -> [TerminalText] {
    // A margin that leaves no room is of no use.
    let margin = TerminalText(repeating: " ", count: width - hanging < narrowest ? 0 : hanging)
    var lines: [TerminalText] = []
    var line = TerminalText(repeating: " ", count: indent)
    var column = indent
    var isEmpty = true
    for unit in units {
      let columns = unit.width
      if !isEmpty, column + 1 + columns > width {
        lines.append(line)
        line = margin + unit
        column = margin.width + columns
      } else {
        line += (isEmpty ? "" : " ") + unit
        column += (isEmpty ? 0 : 1) + columns
      }
      isEmpty = false
    }
    return lines + [line]
  }

  private static let narrowest = 20

  /// Words, joined where no line may end.
  private static func units(
    of words: [TerminalText], width: Int, hasCommands: Bool
  ) -> [TerminalText] {
    var units: [TerminalText] = []
    var index = 0
    while index < words.count {
      let rest = words[index...]
      let command = hasCommands ? commandLength(rest, after: units.last?.rendered) : nil
      let count = command ?? quoteLength(rest, width: width) ?? 1
      units.append(rest.prefix(count).joined(separator: " "))
      index += count
    }
    return units
  }

  /// How many words a command has. It follows a colon and ends with the text, or is in parentheses.
  private static func commandLength(
    _ words: ArraySlice<TerminalText>, after previous: String?
  ) -> Int? {
    guard let first = words.first?.rendered else { return nil }
    if first.hasPrefix("("), programs.contains(String(first.dropFirst())) {
      return words.firstIndex { $0.rendered.contains(")") }.map { $0 - words.startIndex + 1 }
    }
    guard programs.contains(first), previous?.hasSuffix(":") ?? false else { return nil }
    return words.count
  }

  /// The programs that our messages propose to run.
  private static let programs: Set<String> = [
    "vaultctl", "VAULTCTL_ENV=", "git", "gpg", "sops", "bao", "vault", "chmod", "ansible-vault",
  ]

  /// How many words a quotation in backticks has; `nil` for one word, and for what no line has room for.
  private static func quoteLength(_ words: ArraySlice<TerminalText>, width: Int) -> Int? {
    func isOpen(_ word: TerminalText) -> Bool { word.rendered.count { $0 == "`" } % 2 == 1 }
    guard let first = words.first, isOpen(first),
      let end = words.dropFirst().firstIndex(where: isOpen)
    else { return nil }
    let quote = words[...end].joined(separator: " ")
    return quote.width > width - narrowest ? nil : end - words.startIndex + 1
  }
}
