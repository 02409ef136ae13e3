import Diagnostics

/// Writes what replaces one value, and whatever else must change with it.
struct ValueWriter {
  private let file: YAMLFile
  private let node: YAMLNode
  /// The bytes that are replaced: the value, a tag that no longer fits, and for a block the rest of
  /// the line, which moves after the block's header.
  let range: Range<Int>
  /// What is written before the value.
  private let head: String
  /// What follows the value in its first line: blanks and a comment.
  private let trailing: String
  private let oldStyle: YAMLScalar.Style

  init(file: YAMLFile, node: YAMLNode) {
    self.file = file
    self.node = node
    let bytes = file.bytes
    oldStyle = node.aliasOf == nil ? node.scalar?.style ?? .plain : .plain
    let isBlock = oldStyle == .literal || oldStyle == .folded

    var start = node.range.start.offset
    var head = ""
    let properties = start - Int(node.layout.propertyBytes)
    let hasTag = bytes[properties..<start].contains(UInt8(ascii: "!"))
    if hasTag, !node.layout.flags.contains(.isTaggedString) {
      start = properties
      head = node.anchor.map { "&\($0) " } ?? ""
    }
    if node.layout.flags.contains(.lacksColon) {
      head = ": "
    } else if start == node.range.end.offset, start > 0, !bytes[start - 1].isBlank {
      head = " " + head
    }
    self.head = head

    var end = node.range.end.offset
    if node.layout.flags.contains(.inFlow) {
      trailing = ""
    } else if isBlock {
      let headerEnd = bytes.lineEnd(from: node.range.start.offset)
      var comment = node.range.start.offset + 1
      while comment < headerEnd, bytes[comment].isBlockHeaderLetter { comment += 1 }
      trailing = String(decoding: bytes[comment..<headerEnd], as: UTF8.self)
    } else {
      end = bytes.lineEnd(from: end)
      trailing = String(decoding: bytes[node.range.end.offset..<end], as: UTF8.self)
    }
    range = start..<end
  }

  func written(_ value: YAMLNewValue) -> [UInt8] {
    if node.layout.flags.contains(.inFlow) || node.layout.flags.contains(.isKey) {
      return Array((head + ScalarText.flow(value)).utf8)
    }
    let parent = max(Int(node.layout.parentColumn), 0)
    let lines = Lines(
      parent: parent, step: file.indentStep(around: node), textIndent: oldIndent,
      lineBreak: file.lineBreak)
    var text = lines.below(value, oldStyle: oldStyle, trailing: trailing)
    // The blank after the colon already exists, unless the old value was not written.
    text.removeFirst(text.hasPrefix(" ") ? 1 : 0)
    return Array((head + text).utf8) + file.finalBreak(after: range.upperBound, for: value)
  }

  /// The spaces before the lines of the old block, if it has no indentation indicator.
  private var oldIndent: Int? {
    guard oldStyle == .literal, case .scalar(let scalar) = node.content else { return nil }
    let bytes = file.bytes
    let headerEnd = bytes.lineEnd(from: node.range.start.offset)
    let body = headerEnd + bytes.breakLength(at: headerEnd)
    let text = bytes.endOfSpaces(from: body, limit: bytes.count)
    guard let first = scalar.text.utf8.first, first != UInt8(ascii: " "), first != 0x0A,
      text - body > Int(node.layout.parentColumn), text > body
    else { return nil }
    return text - body
  }
}

/// Values as lines of block style, below a key.
struct Lines {
  /// 0-based column of the key.
  let parent: Int
  let step: Int
  /// Spaces before the lines of a literal block, if they are given.
  var textIndent: Int?
  let lineBreak: String

  /// The value with what separates it from the colon; `trailing` ends its first line.
  func below(_ value: YAMLNewValue, oldStyle: YAMLScalar.Style, trailing: String) -> String {
    switch value {
    case .text(let text): lines(of: text, oldStyle: oldStyle, trailing: trailing)
    case .list: " " + ScalarText.flow(value) + trailing
    case .mapping(let entries):
      entries.reduce(into: trailing) { written, entry in
        let nested = Lines(parent: parent + step, step: step, lineBreak: lineBreak)
        written += nested.entry(entry.key, .text(entry.text))
      }
    }
  }

  /// A line break, the key in its column, and the value.
  func entry(_ key: String, _ value: YAMLNewValue) -> String {
    lineBreak + spaces(parent) + ScalarText.plainKey(key) + ":"
      + below(value, oldStyle: .plain, trailing: "")
  }

  private func lines(
    of text: String, oldStyle: YAMLScalar.Style, trailing: String
  ) -> String {
    guard let chomping = ScalarText.literalChomping(of: text) else {
      return " " + ScalarText.oneLine(text, like: oldStyle) + trailing
    }
    let indent = spaces(textIndent ?? parent + step)
    return text.dropLast(text.hasSuffix("\n") ? 1 : 0)
      .split(separator: "\n", omittingEmptySubsequences: false)
      .reduce(into: " |\(chomping)\(trailing)") { written, line in
        written += lineBreak + (line.isEmpty ? "" : indent + line)
      }
  }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}
