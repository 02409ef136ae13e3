/// What precedes a keyword on its line of YAML or JSON.
struct KeywordLine {
  /// The quote whose text is not closed yet.
  private var quote: UInt8?
  private var isEscaped = false
  private var last: UInt8?
  private var lastNonBlank: UInt8?

  mutating func pass(_ byte: UInt8) {
    if byte == UInt8(ascii: "\n") {
      self = KeywordLine()
      return
    }
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
  /// `@`, and `#` begins a comment there and after a blank. A line that is a keyword alone is a comment.
  func marks(
    around range: Range<Int>, in bytes: [UInt8], isText: Bool
  ) -> (before: [UInt8], after: [UInt8]) {
    if quote != nil || lastNonBlank == nil { return ([], []) }
    if isAtValue, Self.endsValue(bytes[range.upperBound...]) {
      return ([UInt8(ascii: "\"")], [UInt8(ascii: "\"")])
    }
    let beginsComment = isText && (isAtValue || last.map(Self.isBlank) ?? false)
    return (beginsComment ? [UInt8(ascii: "_")] : [], [])
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
