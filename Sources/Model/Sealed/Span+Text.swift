import Encodings

/// Looking through the bytes of a secret, of which no `String` is made.
extension Span<UInt8> {
  /// The bytes without white space at both ends.
  var trimmed: Range<Int> {
    let start = length(from: 0) { $0.isASCIISpace }
    var end = count
    while end > start, self[end - 1].isASCIISpace { end -= 1 }
    return start..<end
  }

  func starts(with text: String, at offset: Int = 0) -> Bool {
    let text = text.utf8.span
    guard offset >= 0, offset + text.count <= count else { return false }
    for index in text.indices where self[offset + index] != text[index] { return false }
    return true
  }

  func ends(with text: String) -> Bool { starts(with: text, at: count - text.utf8.count) }

  /// Where a text first is, at `start` or later.
  func offset(of text: String, from start: Int = 0) -> Int? {
    var offset = start
    while offset + text.utf8.count <= count {
      if starts(with: text, at: offset) { return offset }
      offset += 1
    }
    return nil
  }

  /// How many bytes from `start` hold a property; 0 after the end.
  func length(from start: Int, where holds: (UInt8) -> Bool) -> Int {
    var index = start
    while index < count, holds(self[index]) { index += 1 }
    return Swift.max(index - start, 0)
  }
}

extension UInt8 {
  fileprivate var isASCIISpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
