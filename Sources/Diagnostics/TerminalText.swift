/// Text that a terminal and a CI service's log show as it is meant.
///
/// Literals are ours and pass. Whatever is interpolated (names, paths, git's and servers' words, values)
/// is escaped visibly: `\u{1b}`, `\n`. A `TerminalText` inside another passes as it is. There is no way
/// to make one of a `String` unescaped: its literals are `StaticString`, which only the compiler makes.
///
///     console.note("\(file): sealed `\(field)`")
package struct TerminalText: Hashable, Sendable, ExpressibleByStringInterpolation {
  private var text: String

  /// One line of outside text, escaped.
  package init(_ outside: some CustomStringConvertible) {
    text = Self.escaped(outside.description)
  }

  /// Outside text of several lines: its line breaks stay, each line is escaped and indented.
  package init(lines outside: String, indent: TerminalText = "") {
    let lines = outside.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    text = lines.map { indent.text + Self.escaped(String($0)) }.joined(separator: "\n")
  }

  package init(stringLiteral literal: StaticString) { text = literal.description }
  package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

  package init(repeating part: TerminalText, count: Int) {
    text = String(repeating: part.text, count: count)
  }

  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    package init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity)
    }

    package mutating func appendLiteral(_ literal: StaticString) { text += literal.description }
    package mutating func appendInterpolation(_ safe: TerminalText) { text += safe.text }

    package mutating func appendInterpolation(_ outside: some CustomStringConvertible) {
      text += TerminalText.escaped(outside.description)
    }
  }

  package static func + (left: TerminalText, right: TerminalText) -> TerminalText {
    "\(left)\(right)"
  }

  package static func += (left: inout TerminalText, right: TerminalText) { left.text += right.text }

  package var isEmpty: Bool { text.isEmpty }
  package var isIndented: Bool { text.hasPrefix(" ") }
  package var beginsWithEmptyLine: Bool { text.hasPrefix("\n") }
  package var endsWithEmptyLine: Bool { text.hasSuffix("\n\n") }

  /// How many columns it takes, without the sequences that set colours.
  package var width: Int {
    guard text.utf8.contains(0x1B) else { return DisplayWidth.columns(of: text) }
    return parts.reduce(0) { sum, part in
      part.isStyle ? sum : sum + DisplayWidth.columns(of: part.text)
    }
  }

  /// At most this wide: what does not fit is replaced by `…`, and colours end with it.
  package func cut(to width: Int) -> TerminalText {
    if self.width <= width { return self }
    var cut: TerminalText = ""
    var left = max(0, width - 1)
    var isStyled = false
    for part in parts {
      if part.isStyle {
        cut.text += part.text
        isStyled = part.text != Self.styleEnd
        continue
      }
      for cluster in part.text {
        let columns = DisplayWidth.columns(of: cluster)
        if columns > left {
          cut.text += width > 0 ? "…" : ""
          return isStyled ? cut + TerminalText(ownText: Self.styleEnd) : cut
        }
        cut.text.append(cluster)
        left -= columns
      }
    }
    return cut
  }

  private static let styleEnd = "\u{1B}[0m"

  private init(ownText text: String) { self.text = text }

  /// The text between the sequences that set colours, and these.
  private var parts: [(text: Substring, isStyle: Bool)] {
    var parts: [(Substring, Bool)] = []
    var rest = text.unicodeScalars[...]
    while let start = rest.firstIndex(of: "\u{1B}") {
      let end = rest[start...].firstIndex(of: "m").map { rest.index(after: $0) } ?? rest.endIndex
      parts.append((Substring(rest[..<start]), false))
      parts.append((Substring(rest[start..<end]), true))
      rest = rest[end...]
    }
    return parts + [(Substring(rest), false)]
  }

  package func padded(to width: Int) -> TerminalText {
    self + TerminalText(repeating: " ", count: max(0, width - self.width))
  }

  /// Its lines, without their ends.
  package var lines: [TerminalText] { split(at: "\n") }

  /// What is between its spaces; of several spaces in sequence, all but one yield an empty word.
  var words: [TerminalText] { split(at: " ") }

  private func split(at separator: Character) -> [TerminalText] {
    text.split(separator: separator, omittingEmptySubsequences: false)
      .map { TerminalText(ownText: String($0)) }
  }

  package var withoutTrailingSpaces: TerminalText {
    var trimmed = self
    while trimmed.text.last == " " { trimmed.text.removeLast() }
    return trimmed
  }

  /// The bytes to write. A line cannot begin with what a CI service takes for a command.
  package var rendered: String {
    guard text.contains("::") || text.contains("##") else { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { line in
        let scalars = Array(line.unicodeScalars)
        return Self.withoutCommands(scalars, start: Self.contentStart(of: scalars))
      }.joined(separator: "\n")
  }

  /// The same for a writer that puts it after other characters on a line.
  package var renderedWithinLine: String {
    text.contains("##") ? Self.withoutCommands(Array(text.unicodeScalars), start: nil) : text
  }

  private static func escaped(_ outside: String) -> String {
    // Nearly all text is plain ASCII.
    if outside.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return outside }
    return outside.unicodeScalars.reduce(into: "") { text, scalar in
      if scalar.isShowable {
        text.unicodeScalars.append(scalar)
      } else {
        text += scalar.visibleEscape
      }
    }
  }

  /// Actions runners read `::command` after leading white space (`TryParseV2` of `ActionCommand.cs`) and
  /// `##[command]` anywhere in a line (`TryParse`); Azure's and TeamCity's agents read `##vso[` and
  /// `##teamcity[`. The first character of each is escaped.
  ///
  /// - Parameter start: where a line's content starts; `nil` within a line.
  private static func withoutCommands(_ scalars: [Unicode.Scalar], start: Int?) -> String {
    var text = String.UnicodeScalarView()
    for index in scalars.indices {
      let isCommand =
        scalars[index...].starts(with: "::".unicodeScalars)
        ? index == start : beginsBracketCommand(scalars[index...])
      if isCommand {
        text.append(contentsOf: scalars[index].visibleEscape.unicodeScalars)
      } else {
        text.append(scalars[index])
      }
    }
    return String(text)
  }

  private static func beginsBracketCommand(_ scalars: ArraySlice<Unicode.Scalar>) -> Bool {
    guard scalars.starts(with: "##".unicodeScalars) else { return false }
    return scalars.dropFirst(2).drop { $0.properties.isAlphabetic }.first == "["
  }

  /// After white space and our own colours.
  private static func contentStart(of line: [Unicode.Scalar]) -> Int {
    var index = 0
    while index < line.count {
      if line[index] == "\u{1B}" {
        index = (line[index...].firstIndex(of: "m") ?? index) + 1
      } else if line[index].properties.isWhitespace {
        index += 1
      } else {
        return index
      }
    }
    return index
  }
}

extension Sequence where Element == TerminalText {
  package func joined(separator: TerminalText = "") -> TerminalText {
    var joined: TerminalText = ""
    for (index, text) in enumerated() {
      if index > 0 { joined += separator }
      joined += text
    }
    return joined
  }
}

extension Unicode.Scalar {
  /// What a terminal shows as itself: no control, no change of writing direction, nothing invisible.
  package var isShowable: Bool {
    switch properties.generalCategory {
    case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: false
    default: !properties.isDefaultIgnorableCodePoint
    }
  }

  /// `\n`, `\u{1b}`.
  package var visibleEscape: String {
    self == "\n" ? "\\n" : "\\u{\(String(value, radix: 16))}"
  }
}
