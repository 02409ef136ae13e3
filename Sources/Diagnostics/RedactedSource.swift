/// A file's lines for snippets, without the values that must not be shown.
package struct RedactedSource: Sendable {
  /// Split into lines lazily, because snippets are rare.
  private let bytes: [UInt8]
  private let hidden: Hidden
  private static let mask: TerminalText = "•••"
  /// Bytes of the longest line that is shown. A longer one, as of minified JSON, helps no reader.
  private static let maxLineBytes = 8000

  private enum Hidden {
    case ranges([SourceRange])
    case everyValue
  }

  /// - Parameter hidden: the ranges to mask; `nil` if the file could not be read far enough to
  ///   know: then everything after a key or a dash is.
  package init(_ bytes: [UInt8], hidden: [SourceRange]?) {
    self.bytes = bytes
    self.hidden = hidden.map { .ranges($0) } ?? .everyValue
  }

  /// A line as it may be shown, and which of the columns there (0-based) a range covers.
  package func snippet(_ range: SourceRange) -> (line: TerminalText, marked: Range<Int>)? {
    guard let line = line(range.start.line) else { return nil }
    let end = range.end.line == range.start.line ? range.end.column - 1 : line.count
    let columns = (range.start.column - 1)..<max(range.start.column, end)
    var shown: TerminalText = ""
    var width = 0
    var marked: Range<Int>?
    var wasMasked = false
    for (column, scalar) in line.enumerated() {
      let isMasked = masks(line: range.start.line, column: column, in: line)
      let part = isMasked ? (wasMasked ? "" : Self.mask) : Self.visible(scalar)
      shown += part
      let after = width + part.width
      if columns.contains(column), after > width {
        marked = (marked?.lowerBound ?? width)..<after
      }
      width = after
      wasMasked = isMasked
    }
    return (shown, marked ?? width..<(width + 1))
  }

  private static func visible(_ scalar: Unicode.Scalar) -> TerminalText {
    scalar == "\t" ? " " : TerminalText(scalar)
  }

  /// `nil` if there is no such line, or it is too long.
  ///
  /// - Parameter number: 1-based.
  private func line(_ number: Int) -> [Unicode.Scalar]? {
    var start = 0
    for _ in 1..<max(number, 1) {
      guard let end = bytes[start...].firstIndex(of: 0x0A) else { return nil }
      start = end + 1
    }
    let line = bytes[start...].prefix(Self.maxLineBytes + 1).prefix { $0 != 0x0A }
    if line.count > Self.maxLineBytes { return nil }
    let text = String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
    return text.unicodeScalars.filter { $0.value != 0xFEFF }
  }

  private func masks(line: Int, column: Int, in text: [Unicode.Scalar]) -> Bool {
    switch hidden {
    case .ranges(let ranges):
      return ranges.contains { range in
        (range.start.line, range.start.column - 1) <= (line, column)
          && (line, column) < (range.end.line, range.end.column - 1)
      }
    case .everyValue:
      return column >= Self.valueStart(in: text)
    }
  }

  /// After `key: ` or `- `; a line with neither may continue a value.
  private static func valueStart(in text: [Unicode.Scalar]) -> Int {
    var index = text.prefix { $0 == " " || $0 == "\t" }.count
    while index + 1 < text.count, text[index] == "-", text[index + 1] == " " { index += 2 }
    let key = text[index...].prefix { $0.isKeyLetter }.count
    guard key > 0, index + key < text.count, text[index + key] == ":" else { return index }
    return index + key + 1
  }
}

extension Unicode.Scalar {
  fileprivate var isKeyLetter: Bool {
    properties.isAlphabetic || properties.numericType != nil || "_-.".unicodeScalars.contains(self)
  }
}
