/// A point in a text.
///
/// `line` and `column` are 1-based; a column counts Unicode scalars, as editors and libyaml do.
/// `offset` is 0-based and counts bytes from the start of the file, a byte order mark included.
package struct Position: Hashable, Comparable, Sendable, Codable {
  package let line: Int
  package let column: Int
  package let offset: Int

  package init(line: Int, column: Int, offset: Int) {
    self.line = line
    self.column = column
    self.offset = offset
  }

  package static let start = Position(line: 1, column: 1, offset: 0)

  package static func < (left: Self, right: Self) -> Bool { left.offset < right.offset }
}

/// A half-open stretch of a text: `start` is the first character, `end` the one after the last.
package struct SourceRange: Hashable, Sendable, Codable {
  package let start: Position
  package let end: Position

  package init(_ start: Position, _ end: Position) {
    precondition(start <= end, "a range ends before it starts")
    self.start = start
    self.end = end
  }

  /// An empty range, for a fault between characters.
  package init(at position: Position) {
    self.init(position, position)
  }

  package var byteRange: Range<Int> { start.offset..<end.offset }
}
