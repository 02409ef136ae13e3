/// What precedes a keyword: on its line of YAML or JSON, or the key above it.
struct KeywordLine {
  /// The quote whose text is not closed yet.
  private var quote: UInt8?
  private var isEscaped = false
  private var last: UInt8?
  private var lastNonBlank: UInt8?
  private var position = KeyPosition()
  /// What the value on a later line belongs to.
  private var parent: Parent?

  /// A key, or the dash of an item, without a value on its line.
  fileprivate struct Parent {
    let column: Int
    let isKey: Bool
  }

  /// - Parameter inKeyword: it is no comment.
  mutating func pass(_ byte: UInt8, inKeyword: Bool = false) {
    if byte == UInt8(ascii: "\n") {
      let next = quote == nil ? position.parent(or: parent) : nil
      self = KeywordLine()
      parent = next
      return
    }
    position.pass(byte, isText: quote != nil || inKeyword)
    if let open = quote {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\"), open == UInt8(ascii: "\"") {
        isEscaped = true
      } else if byte == open {
        quote = nil
      }
    } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
      // Of two single quotes in a text, the second opens it again.
      if lastNonBlank == nil || isAtValue || (last == byte && byte == UInt8(ascii: "'")) {
        quote = byte
      }
    }
    last = byte
    if !Self.isBlank(byte) { lastNonBlank = byte }
  }

  /// What keeps a keyword in its value, where it is not in quotes: YAML has no bare value that begins with
  /// `@`, and `#` begins a comment there and after a blank. A line that is a keyword alone is a comment, unless a
  /// key above it has no other value.
  mutating func marks(
    around range: Range<Int>, in bytes: [UInt8], isText: Bool
  ) -> (before: [UInt8], after: [UInt8]) {
    if quote != nil { return ([], []) }
    let quotes = ([UInt8(ascii: "\"")], [UInt8(ascii: "\"")])
    let rest = bytes[range.upperBound...]
    if lastNonBlank == nil { return isValueBelow(rest) ? quotes : ([], []) }
    if isAtValue, Self.endsValue(rest) { return quotes }
    let beginsComment = isText && (isAtValue || last.map(Self.isBlank) ?? false)
    return (beginsComment ? [UInt8(ascii: "_")] : [], [])
  }

  /// Whether a keyword alone on its line is the value of the key above.
  ///
  /// The lines below are looked at once for each key.
  private mutating func isValueBelow(_ rest: ArraySlice<UInt8>) -> Bool {
    guard let key = parent, position.column > key.column, Self.endsValue(rest) else {
      return false
    }
    parent = nil
    return !Self.hasValue(key, rest)
  }

  /// Whether the first line below that is not blank, a comment or a keyword is a part of the value.
  private static func hasValue(_ parent: Parent, _ rest: ArraySlice<UInt8>) -> Bool {
    var lines = rest.drop { $0 != UInt8(ascii: "\n") }.dropFirst()
    while !lines.isEmpty {
      let line = lines.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
      let text = line.drop(while: isBlank)
      if let first = text.first, first != UInt8(ascii: "#"), !text.starts(with: "@@".utf8) {
        let indent = text.startIndex - line.startIndex
        let isItem = first == UInt8(ascii: "-") && text.dropFirst().first.map(isBlank) ?? true
        return indent > parent.column || (parent.isKey && isItem && indent == parent.column)
      }
      lines = lines.drop { $0 != UInt8(ascii: "\n") }.dropFirst()
    }
    return false
  }

  private var isAtValue: Bool { lastNonBlank.map { ":-[,{".utf8.contains($0) } ?? false }

  /// Whether nothing else belongs to the value before.
  private static func endsValue(_ rest: ArraySlice<UInt8>) -> Bool {
    guard let next = rest.first, !",]}\r\n".utf8.contains(next) else { return true }
    guard isBlank(next) else { return false }
    return rest.first { !isBlank($0) }.map { "#,]}\r\n".utf8.contains($0) } ?? true
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}

/// Where the key of a line is, after the dashes of items.
private struct KeyPosition {
  /// From 0, of the next byte.
  private(set) var column = 0
  private var key: Int?
  private var dash: Int?
  /// Neither a blank nor in a comment.
  private var lastOfText: UInt8?
  private var last: UInt8?
  private var isComment = false

  /// - Parameter isText: it is in quotes, or in a keyword.
  mutating func pass(_ byte: UInt8, isText: Bool) {
    defer {
      column += 1
      last = byte
    }
    let isBlank = byte == 0x20 || byte == 0x09 || byte == 0x0D
    if byte == UInt8(ascii: "#"), !isText, last.map({ $0 == 0x20 || $0 == 0x09 }) ?? true {
      isComment = true
    }
    if isBlank || isComment { return }
    if key == nil {
      if last == UInt8(ascii: "-"), let dash {
        key = dash
      } else if byte == UInt8(ascii: "-") {
        dash = column
      } else {
        key = column
      }
    }
    lastOfText = byte
  }

  /// At the end of a line: what has no value on it.
  ///
  /// - Parameter previous: that of the lines above; blank lines and comments do not change it.
  func parent(or previous: KeywordLine.Parent?) -> KeywordLine.Parent? {
    switch lastOfText {
    case nil: return previous
    case UInt8(ascii: ":"): return key.map { KeywordLine.Parent(column: $0, isKey: true) }
    case UInt8(ascii: "-"):
      return key == nil ? dash.map { KeywordLine.Parent(column: $0, isKey: false) } : nil
    default: return nil
    }
  }
}
