import Diagnostics
import Encodings

/// Where values really start and end, if libyaml's marks are off.
extension SourceText {
  /// The offset of a value after its anchor and tag, which start at `head`.
  func valueStart(from head: Int, hasAnchor: Bool, hasTag: Bool, inFlow: Bool) -> Int {
    var index = head
    var anchors = hasAnchor ? 1 : 0
    var tags = hasTag ? 1 : 0
    while index < bytes.count {
      if anchors > 0, bytes[index] == UInt8(ascii: "&") {
        anchors -= 1
        index += 1
        while index < bytes.count, bytes[index].isAnchorLetter { index += 1 }
      } else if tags > 0, bytes[index] == UInt8(ascii: "!") {
        tags -= 1
        index = tagEnd(from: index, inFlow: inFlow)
      } else {
        let next = bytes.endOfTrivia(from: index)
        if next == index { return index }
        index = next
      }
    }
    return index
  }

  /// Whether the name of the anchor or alias at or after `head` ends where other YAML parsers end it: in
  /// YAML 1.2.2 (section 6.9.2), unlike in libyaml, `:` and many more can be in a name.
  func nameIsSeparate(from head: Int, inFlow: Bool) -> Bool {
    var index = head
    while index < bytes.count, bytes[index] != UInt8(ascii: "&"), bytes[index] != UInt8(ascii: "*")
    {
      let isTag = bytes[index] == UInt8(ascii: "!")
      let next = isTag ? tagEnd(from: index, inFlow: inFlow) : bytes.endOfTrivia(from: index)
      if next == index { return true }
      index = next
    }
    index += 1
    while index < bytes.count, bytes[index].isAnchorLetter { index += 1 }
    guard index < bytes.count else { return true }
    if bytes[index].isBlank || bytes.breakLength(at: index) > 0 { return true }
    return inFlow && ",]}[{".utf8.contains(bytes[index])
  }

  private func tagEnd(from start: Int, inFlow: Bool) -> Int {
    bytes.tagEnd(from: start, inFlow: inFlow)
  }

  /// The end of a literal or folded scalar after its last line's text; libyaml's mark is at the
  /// start of the line that follows all blank ones.
  ///
  /// - Parameters:
  ///   - start: the offset of `|` or `>`.
  ///   - end: the offset of libyaml's end mark.
  ///   - text: the scalar's text, which shows the indentation of its lines.
  func blockScalarEnd(from start: Int, markedEnd end: Int, text: String) -> Int {
    var headerEnd = start + 1
    var keeps = false
    while headerEnd < end, bytes[headerEnd].isBlockHeaderLetter {
      keeps = keeps || bytes[headerEnd] == UInt8(ascii: "+")
      headerEnd += 1
    }
    let headerLineEnd = bytes.lineEnd(from: headerEnd)
    let body = headerLineEnd + bytes.breakLength(at: headerLineEnd)
    guard body < end else { return headerEnd }
    guard !keeps, let depth = depth(ofLinesFrom: body, to: end, text: text) else {
      if !keeps && !text.utf8.contains(UInt8(ascii: " ")) { return headerEnd }
      return end - bytes.breakLength(before: end)
    }
    var index = end
    while index > body {
      let lineEnd = index - bytes.breakLength(before: index)
      let lineStart = bytes.lineStart(of: lineEnd, notBefore: body)
      let spaces = bytes.endOfSpaces(from: lineStart, limit: lineEnd) - lineStart
      if lineStart + spaces < lineEnd || spaces > depth { return lineEnd }
      index = lineStart
    }
    return headerEnd
  }

  /// The spaces before the text of a block scalar's lines; nil if none has more than spaces.
  private func depth(ofLinesFrom body: Int, to end: Int, text: String) -> Int? {
    var line = body
    while line < end {
      let first = bytes.endOfSpaces(from: line, limit: end)
      let length = bytes.breakLength(at: first)
      if length == 0 {
        return first < end ? first - line - text.utf8.spacesOfFirstFilledLine : nil
      }
      line = first + length
    }
    return nil
  }

  /// The position of a value that is not written, and whether its colon is missing too.
  func emptyValue(after keyEnd: Position) -> (location: Position, lacksColon: Bool) {
    let colon = bytes.endOfTrivia(from: keyEnd.offset)
    guard colon < bytes.count, bytes[colon] == UInt8(ascii: ":") else { return (keyEnd, true) }
    return (position(at: colon + 1, from: keyEnd), false)
  }
}

extension [UInt8] {
  /// The offset after the tag at `start`.
  func tagEnd(from start: Int, inFlow: Bool) -> Int {
    let isVerbatim = start + 1 < count && self[start + 1] == UInt8(ascii: "<")
    var index = start
    while index < count, !self[index].isBlank, breakLength(at: index) == 0 {
      if isVerbatim, self[index] == UInt8(ascii: ">") { return index + 1 }
      if !isVerbatim, inFlow, self[index] == UInt8(ascii: ",") { return index }
      index += 1
    }
    return index
  }
}

extension String.UTF8View {
  /// Spaces before the first line of more than spaces.
  fileprivate var spacesOfFirstFilledLine: Int {
    var spaces = 0
    var separator: [UInt8] = []
    for byte in self {
      switch byte {
      case UInt8(ascii: " "): spaces += 1
      case 0x0A:
        spaces = 0
        separator = []
      case 0xE2, 0x80, 0xA8, 0xA9:
        // LS and PS stay in the text as they are.
        separator.append(byte)
        if separator.count == 3 {
          guard separator[1] == 0x80, separator[2] >= 0xA8 else { return spaces }
          spaces = 0
          separator = []
        }
      default: return spaces
      }
    }
    return spaces
  }
}

extension UInt8 {
  /// What libyaml takes for a letter of an anchor's name.
  var isAnchorLetter: Bool {
    isASCIIDigit || self == UInt8(ascii: "_") || self == UInt8(ascii: "-")
      || (self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "z"))
  }

  var isBlockHeaderLetter: Bool {
    isASCIIDigit || self == UInt8(ascii: "+") || self == UInt8(ascii: "-")
  }
}
