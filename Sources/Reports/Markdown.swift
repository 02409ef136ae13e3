import Diagnostics

/// Outside text in GitHub's and GitLab's Markdown.
///
/// Backslashes and entities are no help against links and mentions: both services look for URLs, `@user`,
/// `#123`, `!45` and hashes of commits in the text that is left once Markdown is read. Only in code do
/// they not look (GitHub docs, "Basic writing and formatting syntax"; GFM 6.9, "Autolinks (extension)").
enum Markdown {
  /// Outside text as a code span (CommonMark 6.1), in which nothing has a meaning but its own end.
  static func code(_ text: String) -> String {
    let text = TerminalText(text).renderedWithinLine
    if text.isEmpty { return "` `" }
    let ticks = String(repeating: "`", count: longestTicks(text) + 1)
    // One space at each end is removed again; without it a backtick would join the fence.
    let isPadded =
      text.hasPrefix("`") || text.hasSuffix("`") || (text.first == " " && text.last == " ")
    let space = isPadded ? " " : ""
    return ticks + space + text + space + ticks
  }

  /// A sentence whose only markup are its code spans. What a service would link or notify is a span too.
  static func prose(_ text: String) -> String {
    let parts = TerminalText(text).renderedWithinLine.split(
      separator: "`", omittingEmptySubsequences: false)
    var runs: [Run] = []
    for (index, part) in parts.enumerated() {
      let isPair = index % 2 == 1 && index < parts.count - 1
      // A backtick that has no partner stays, escaped.
      if index % 2 == 1, !isPair { runs.append(.plain("\\`")) }
      if isPair {
        runs.append(.code(String(part)))
      } else {
        runs += words(part)
      }
    }
    return joined(runs)
  }

  /// A sentence that may end in a command, which becomes a code span: `add it: vaultctl set NAME FIELD`.
  static func advice(_ text: String) -> String {
    if let range = text.firstRange(of: ": --") {
      let option = text.index(range.lowerBound, offsetBy: 2)
      return prose(String(text[..<range.lowerBound])) + ": " + code(String(text[option...]))
    }
    for program in ["vaultctl", "gpg", "git"] {
      if text.hasPrefix("\(program) ") { return code(text) }
      guard let range = text.firstRange(of: ": \(program) ") else { continue }
      let start = text.index(range.lowerBound, offsetBy: 2)
      return prose(String(text[..<range.lowerBound])) + ": " + code(String(text[start...]))
    }
    return prose(text)
  }

  /// Lines as they are, in a fence that none of them ends.
  static func fenced(_ lines: [String], as language: String) -> String {
    let ticks = fence(lines)
    return "\(ticks)\(language)\n\(lines.joined(separator: "\n"))\n\(ticks)\n"
  }

  static func fence(_ lines: [String]) -> String {
    String(repeating: "`", count: max(3, (lines.map(longestTicks).max() ?? 0) + 1))
  }

  /// A cell of a table, where a bar counts in code too, and a backslash before it takes its escape away.
  static func cell(_ markdown: String) -> String {
    markdown.replacing("\\|", with: "\u{0}").replacing("|", with: "\\|")
      .replacing("\u{0}", with: "\\u{5c}\\|")
  }

  private enum Run { case plain(String), code(String) }

  private static func words(_ text: Substring) -> [Run] {
    var runs: [Run] = []
    for (index, word) in text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
      if index > 0 { runs.append(.plain(" ")) }
      runs.append(isLinked(word) ? .code(String(word)) : .plain(escaped(word)))
    }
    return runs
  }

  private static func joined(_ runs: [Run]) -> String {
    var text = ""
    var code = ""
    for run in runs + [.plain("")] {
      switch run {
      // Neighbours would join their fences.
      case .code(let part): code += part
      case .plain(let part):
        if !code.isEmpty { text += Self.code(code) }
        code = ""
        text += part
      }
    }
    return text
  }

  /// CommonMark 2.4: any ASCII punctuation may be escaped.
  private static func escaped(_ word: Substring) -> String {
    word.unicodeScalars.map { scalar in
      "\\*_[]<>#&!|~".unicodeScalars.contains(scalar) ? "\\\(scalar)" : String(scalar)
    }.joined()
  }

  /// Whether a service could make a link or a mention of it: a URL, an address, a reference to an issue,
  /// a merge request, a label, a milestone, a snippet or an epic, a commit.
  private static func isLinked(_ word: Substring) -> Bool {
    let lower = word.lowercased()
    if ["://", "www.", "mailto:", "xmpp:", "gh-"].contains(where: lower.contains) { return true }
    let scalars = Array(word.unicodeScalars)
    for (index, scalar) in scalars.enumerated() where "@#!$%&~^".unicodeScalars.contains(scalar) {
      guard index + 1 < scalars.count else { continue }
      let next = scalars[index + 1]
      if next.properties.isAlphabetic || ("0"..."9").contains(next)
        || "\"_".unicodeScalars.contains(next)
      {
        return true
      }
    }
    return lower.split { !$0.isHexDigit }.contains { $0.count >= 7 }
  }

  private static func longestTicks(_ text: String) -> Int {
    text.split { $0 != "`" }.map(\.count).max() ?? 0
  }
}
