/// One token of Swift source.
struct SwiftToken: Equatable {
  enum Kind: Equatable {
    /// A name or keyword, without backticks.
    case identifier
    /// The text of a string literal; its interpolations are tokens of their own.
    case string
    case number
    /// One character.
    case punctuation
  }

  let kind: Kind
  let text: String
  /// 1-based.
  let line: Int
}

/// Swift source without its comments, as far as a guard needs it.
///
/// It knows nested comments, string literals (raw, of several lines, with interpolations) and
/// extended regex literals. A bare regex literal `/…/` it takes for operators and names.
struct SwiftTokens {
  private let bytes: [UInt8]
  private var index = 0
  private var line = 1
  private(set) var all: [SwiftToken] = []

  init(_ source: String) {
    bytes = Array(source.utf8)
    readCode(untilParenthesis: false)
  }

  private func byte(_ offset: Int = 0) -> UInt8? {
    index + offset < bytes.count ? bytes[index + offset] : nil
  }

  private func isNext(_ text: StaticString) -> Bool {
    var position = index
    return text.withUTF8Buffer { wanted in
      unsafe wanted.allSatisfy { byte in
        defer { position += 1 }
        return position < bytes.count && bytes[position] == byte
      }
    }
  }

  private mutating func advance(_ count: Int = 1) {
    for _ in 0..<count where index < bytes.count {
      if bytes[index] == UInt8(ascii: "\n") { line += 1 }
      index += 1
    }
  }

  private mutating func append(_ kind: SwiftToken.Kind, _ text: [UInt8], line: Int) {
    all.append(SwiftToken(kind: kind, text: String(decoding: text, as: UTF8.self), line: line))
  }

  /// To the end of the source, or behind the parenthesis that closes an interpolation.
  private mutating func readCode(untilParenthesis: Bool) {
    var depth = 0
    while let next = byte() {
      if isNext("//") {
        while let next = byte(), !next.isLineBreak { advance() }
      } else if isNext("/*") {
        skipComment()
      } else if let hashes = hashesBeforeQuote() {
        readString(hashes: hashes)
      } else if isNext("#/") {
        skipRegex()
      } else if next == UInt8(ascii: "/"), let length = bareRegexLength() {
        advance(length)
      } else if next.isNameStart {
        let start = (index, line)
        while byte()?.isNamePart ?? false { advance() }
        append(.identifier, Array(bytes[start.0..<index]), line: start.1)
      } else if next.isDigit {
        let start = (index, line)
        while byte()?.isNamePart ?? false { advance() }
        append(.number, Array(bytes[start.0..<index]), line: start.1)
      } else if next.isSpace || next == UInt8(ascii: "`") {
        advance()
      } else {
        append(.punctuation, [next], line: line)
        if next == UInt8(ascii: "(") { depth += 1 }
        if next == UInt8(ascii: ")") { depth -= 1 }
        advance()
        if untilParenthesis, depth == 0 { return }
      }
    }
  }

  private mutating func skipComment() {
    var depth = 0
    repeat {
      if isNext("/*") {
        depth += 1
        advance(2)
      } else if isNext("*/") {
        depth -= 1
        advance(2)
      } else {
        advance()
      }
    } while depth > 0 && index < bytes.count
  }

  private mutating func skipRegex() {
    advance(2)
    while index < bytes.count, !isNext("/#") { advance() }
    advance(2)
  }

  /// The length of `/…/`, which begins where no operand ends and is on one line; `nil` for an operator.
  private func bareRegexLength() -> Int? {
    if all.last?.endsOperand ?? false { return nil }
    if byte(1).map({ $0.isSpace }) ?? true { return nil }
    var offset = 1
    while let next = byte(offset), !next.isLineBreak {
      if next == UInt8(ascii: "/") { return offset + 1 }
      offset += next == UInt8(ascii: "\\") ? 2 : 1
    }
    return nil
  }

  /// How many `#` stand before a quote here; `nil` where no string literal begins.
  private func hashesBeforeQuote() -> Int? {
    var hashes = 0
    while byte(hashes) == UInt8(ascii: "#") { hashes += 1 }
    return byte(hashes) == UInt8(ascii: "\"") ? hashes : nil
  }

  private mutating func readString(hashes: Int) {
    let start = line
    advance(hashes)
    let quotes = isNext("\"\"\"") ? 3 : 1
    advance(quotes)
    let marks = [UInt8](repeating: UInt8(ascii: "#"), count: hashes)
    let end = [UInt8](repeating: UInt8(ascii: "\""), count: quotes) + marks
    let escape = [UInt8(ascii: "\\")] + marks
    var text: [UInt8] = []
    while let next = byte(), !bytes[index...].starts(with: end), quotes == 3 || !next.isLineBreak {
      guard bytes[index...].starts(with: escape) else {
        text.append(next)
        advance()
        continue
      }
      advance(escape.count)
      if byte() == UInt8(ascii: "(") {
        readCode(untilParenthesis: true)
      } else {
        advance()
      }
    }
    advance(end.count)
    append(.string, text, line: start)
  }
}

extension UInt8 {
  fileprivate var isLineBreak: Bool { self == 0x0A || self == 0x0D }
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  fileprivate var isSpace: Bool { [0x20, 0x09, 0x0A, 0x0D].contains(self) }
  fileprivate var isNameStart: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) || self == UInt8(ascii: "_")
      || self >= 0x80
  }
  fileprivate var isNamePart: Bool { isNameStart || isDigit }
}
