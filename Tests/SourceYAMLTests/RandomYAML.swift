import TestSupport

/// Files of all styles: block and flow, quotes, literal blocks, comments, anchors, line endings.
struct RandomYAML {
  var random: SeededGenerator
  private var anchors = 0
  private var lineBreak = "\n"
  private var step = 2

  init(random: SeededGenerator) { self.random = random }

  static let texts = [
    "plain", "two words", "", " led by space", "no", "on", "true", "0123", "12", "1.5", "null", "~",
    "a: b", "a #b", "it's", "say \"hi\"", "back\\slash", "tab\there", "é ü 漢字 🔑", "- item", "key:",
    "line one\nline two\n", "line one\nline two", "a\n\nb\n", "ends twice\n\n", "\nstarts so",
    "  indented\nfirst\n", "cr\r\nlf\n", "bell\u{7}", "next\u{85}line", "sep\u{2028}arator",
    "-----BEGIN PGP MESSAGE-----\n\nabcd+/==\n=abcd\n-----END PGP MESSAGE-----\n", "trailing \n",
    "x\n   \n", "--- a\nb\n", "---\nb\n", "...\nb\n", "\u{FEFF}bom", "a\n# not a comment\nb\n", "|",
    ">",
    "*alias", "&anchor", "!tag", "@at", "%percent", "?", "<<", "=",
  ]

  mutating func file() -> String {
    lineBreak = oneIn(4) ? "\r\n" : oneIn(6) ? "\r" : "\n"
    step = oneIn(3) ? 4 : 2
    var text = oneIn(6) ? "\u{FEFF}" : ""
    if oneIn(3) { text += "#note top\(lineBreak)" }
    if oneIn(3) { text += "---\(lineBreak)" }
    text += mapping(indent: 0, depth: 0)
    if oneIn(5) { text.removeLast() }
    return text
  }

  private mutating func oneIn(_ count: Int) -> Bool {
    Int.random(in: 0..<count, using: &random) == 0
  }

  private mutating func comment() -> String { oneIn(4) ? "  #note \(random.next() % 100)" : "" }

  private mutating func mapping(indent: Int, depth: Int) -> String {
    let spaces = String(repeating: " ", count: indent)
    return (0..<Int.random(in: 1...4, using: &random)).reduce(into: "") { text, index in
      if oneIn(6) { text += "\(spaces)#note \(index)\(lineBreak)" }
      if oneIn(8) { text += lineBreak }
      text +=
        oneIn(10)
        ? "\(spaces)? k\(index)\(comment())\(lineBreak)"
        : "\(spaces)k\(index):\(value(indent: indent, depth: depth))"
    }
  }

  /// Comments and blank lines at any depth, as they may follow a value that is no block.
  private mutating func trivia() -> String {
    guard oneIn(4) else { return "" }
    let spaces = String(repeating: " ", count: Int.random(in: 0...24, using: &random))
    let kinds = ["#note deep", ""]
    return spaces + (kinds.randomElement(using: &random) ?? "") + lineBreak + trivia()
  }

  private mutating func value(indent: Int, depth: Int) -> String {
    let inner = indent + step
    let spaces = String(repeating: " ", count: inner)
    switch Int.random(in: 0..<(depth < 3 ? 11 : 8), using: &random) {
    case 0: return comment() + lineBreak + trivia()
    case 1: return " plain \(random.next() % 1000)\(comment())\(lineBreak)\(trivia())"
    case 2: return " 'it''s'\(oneIn(6) ? "#note glued" : comment())\(lineBreak)\(trivia())"
    case 3: return " \"esc\\n\\u0041\"\(comment())\(lineBreak)\(trivia())"
    case 4:
      let header = oneIn(3) ? "|-" : "|"
      return " \(header)\(comment())\(lineBreak)\(spaces)one\(lineBreak)\(lineBreak)"
        + "\(spaces)  two\(lineBreak)"
    case 5: return " >\(comment())\(lineBreak)\(spaces)fold\(lineBreak)\(spaces)ed\(lineBreak)"
    case 6:
      anchors += 1
      return " &a\(anchors) anchored\(comment())\(lineBreak)"
    case 7:
      guard anchors > 0 else { return " 42\(lineBreak)" }
      return " {x: 1, 'y': \"z\", list: [a, b c, {}]}\(comment())\(lineBreak)"
    case 8:
      let items = (0..<2).map { _ in "\(spaces)-\(value(indent: inner, depth: 3))" }
      return comment() + lineBreak + items.joined()
    default: return comment() + lineBreak + mapping(indent: inner, depth: depth + 1)
    }
  }
}
