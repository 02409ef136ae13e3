import Diagnostics

/// Reading forward and backward through the bytes of a text that is known to be UTF-8.
extension [UInt8] {
  /// The length of the line break at `offset`, 0 if there is none.
  func breakLength(at offset: Int) -> Int {
    guard offset < count else { return 0 }
    switch self[offset] {
    case 0x0A: return 1
    case 0x0D: return offset + 1 < count && self[offset + 1] == 0x0A ? 2 : 1
    case 0xC2: return offset + 1 < count && self[offset + 1] == 0x85 ? 2 : 0
    case 0xE2:
      guard offset + 2 < count, self[offset + 1] == 0x80 else { return 0 }
      return self[offset + 2] & 0xFE == 0xA8 ? 3 : 0
    default: return 0
    }
  }

  /// The length of the line break that ends at `offset`, 0 if none does.
  func breakLength(before offset: Int) -> Int {
    for length in [2, 3, 1] where offset >= length && breakLength(at: offset - length) == length {
      return length
    }
    return 0
  }

  /// The offset of the break that ends the line of `offset`, or of the text's end.
  func lineEnd(from offset: Int) -> Int {
    var index = offset
    while index < count, breakLength(at: index) == 0 { index += 1 }
    return index
  }

  /// The offset of the first byte of the line of `offset`, not before `bound`.
  func lineStart(of offset: Int, notBefore bound: Int = 0) -> Int {
    var index = offset
    while index > bound, breakLength(before: index) == 0 { index -= 1 }
    return index
  }

  /// The offset after the spaces at `offset`.
  func endOfSpaces(from offset: Int, limit: Int) -> Int {
    var index = offset
    while index < limit, self[index] == UInt8(ascii: " ") { index += 1 }
    return index
  }

  /// The offset of the first byte that is neither blank, line break nor comment.
  func endOfTrivia(from offset: Int) -> Int {
    var index = offset
    while index < count {
      switch self[index] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"): index += 1
      case UInt8(ascii: "#"): index = lineEnd(from: index)
      default:
        let length = breakLength(at: index)
        if length == 0 { return index }
        index += length
      }
    }
    return index
  }

  /// The position of a byte at or after `start`; it costs the distance.
  func position(at offset: Int, from start: Position) -> Position {
    var line = start.line
    var column = start.column
    var index = start.offset
    while index < offset {
      let length = breakLength(at: index)
      if length > 0 {
        line += 1
        column = 1
        index += length
      } else {
        column += 1
        index += self[index].scalarLength
      }
    }
    return Position(line: line, column: column, offset: offset)
  }
}

extension UInt8 {
  /// The length in bytes of the UTF-8 sequence that starts with this byte.
  var scalarLength: Int {
    self < 0x80 ? 1 : self < 0xE0 ? 2 : self < 0xF0 ? 3 : 4
  }

  var isBlank: Bool { self == 0x20 || self == 0x09 }
}
