import Diagnostics

/// How a text of several lines is written where block style is possible.
enum BlockForm: Hashable {
  /// As a literal block, indented as the old one or by the file's step.
  case literal
  /// As a literal block with this many spaces before each line.
  case indented(Int)
  /// In double quotes.
  case oneLine

  static let fixed: [Self] = [.literal, .oneLine]
  /// More would leave little of a line.
  private static let maxIndent = 16

  /// - Parameters:
  ///   - trivia: the least indentation that keeps what follows out of the block.
  ///   - parent: the column of the key.
  static func all(beyond trivia: Int, parent: Int, step: Int) -> [Self] {
    let steps = max(1, (trivia - parent + step - 1) / step)
    let indent = parent + steps * step
    return steps > 1 && indent <= parent + maxIndent
      ? [.literal, .indented(indent), .oneLine] : fixed
  }
}

/// Writes what replaces one value, and whatever else must change with it.
struct ValueWriter {
  private let file: YAMLFile
  private let node: YAMLNode
  private let key: YAMLNode?
  /// The bytes that are replaced: the value, a tag that no longer fits, and for a block the rest of
  /// the line, which moves after the block's header.
  private let range: Range<Int>
  /// What is written before the value.
  private let head: String
  /// What follows the value in its first line: blanks and a comment.
  private let trailing: String
  private let oldStyle: YAMLScalar.Style

  init(file: YAMLFile, node: YAMLNode, key: YAMLNode?) {
    self.file = file
    self.node = node
    self.key = key
    let bytes = file.bytes
    oldStyle = node.aliasOf == nil ? node.scalar?.style ?? .plain : .plain
    let isBlock = oldStyle == .literal || oldStyle == .folded
    let inFlow = node.layout.flags.contains(.inFlow)
    let lacksColon = node.layout.flags.contains(.lacksColon)

    if lacksColon, !inFlow {
      // After `? key` and its comment, the colon begins a line.
      let end = bytes.lineEnd(from: node.range.end.offset)
      range = end..<end
      head =
        file.lineBreak + String(repeating: " ", count: max(Int(node.layout.parentColumn), 0)) + ": "
      trailing = ""
      return
    }
    var start = node.range.start.offset
    var head = ""
    let properties = start - Int(node.layout.propertyBytes)
    let hasTag = bytes[properties..<start].contains(UInt8(ascii: "!"))
    if hasTag, !node.layout.flags.contains(.isTaggedString) {
      start = properties
      head = node.anchor.map { "&\($0) " } ?? ""
    }
    if lacksColon {
      head = ": "
    } else if start == node.range.end.offset, start > 0, !bytes[start - 1].isBlank {
      head = " " + head
    }
    self.head = head

    var end = node.range.end.offset
    var trailing: [UInt8] = []
    if isBlock, !inFlow {
      let headerEnd = bytes.lineEnd(from: node.range.start.offset)
      var comment = node.range.start.offset + 1
      while comment < headerEnd, bytes[comment].isBlockHeaderLetter { comment += 1 }
      trailing = Array(bytes[comment..<headerEnd])
    } else if !inFlow {
      end = bytes.lineEnd(from: end)
      trailing = Array(bytes[node.range.end.offset..<end])
    }
    // libyaml takes `"a"#b` and `>#b`, but after another value it would be a part of that.
    if trailing.first == UInt8(ascii: "#") { trailing.insert(UInt8(ascii: " "), at: 0) }
    self.trailing = String(decoding: trailing, as: UTF8.self)
    range = start..<end
  }

  func forms(of value: YAMLNewValue) -> [YAMLEdit] {
    if node.layout.flags.contains(.inFlow) || node.layout.flags.contains(.isKey) {
      let written = head + ScalarText.flow(value)
      return [YAMLEdit(range: range, bytes: Array(written.utf8))] + explicitKey(written)
    }
    let parent = max(Int(node.layout.parentColumn), 0)
    let step = file.indentStep(around: node)
    let lines = Lines(
      parent: parent, step: step, textIndent: oldIndent, lineBreak: file.lineBreak)
    let forms = BlockForm.all(
      beyond: file.indentBeyondTrivia(after: range.upperBound), parent: parent, step: step)
    return forms.map { form in
      var text = lines.below(value, oldStyle: oldStyle, trailing: trailing, form)
      // The blank after the colon already exists, unless the old value was not written.
      text.removeFirst(text.hasPrefix(" ") ? 1 : 0)
      let head = head == " " && text.hasPrefix(lines.lineBreak) ? "" : head
      return YAMLEdit(
        range: range,
        bytes: Array((head + text).utf8) + file.finalBreak(after: range.upperBound, for: value))
    }
  }

  /// In brackets, a key of several lines can only have a value after `?`.
  private func explicitKey(_ written: String) -> [YAMLEdit] {
    guard let key, node.layout.flags.contains(.lacksColon) else { return [] }
    let start = key.range.start.offset - Int(key.layout.propertyBytes)
    let text = Array("? ".utf8) + file.bytes[start..<range.lowerBound] + Array(" \(written)".utf8)
    return [YAMLEdit(range: start..<range.upperBound, bytes: text)]
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
  func below(
    _ value: YAMLNewValue, oldStyle: YAMLScalar.Style, trailing: String, _ form: BlockForm
  ) -> String {
    switch value {
    case .text(let text): lines(of: text, oldStyle: oldStyle, trailing: trailing, form)
    case .list: " " + ScalarText.flow(value) + trailing
    case .mapping(let entries):
      entries.reduce(into: trailing) { written, entry in
        let nested = Lines(parent: parent + step, step: step, lineBreak: lineBreak)
        written += nested.entry(entry.key, .text(entry.text), form)
      }
    }
  }

  /// A line break, the key in its column, and the value.
  func entry(_ key: String, _ value: YAMLNewValue, _ form: BlockForm) -> String {
    lineBreak + spaces(parent) + ScalarText.plainKey(key) + ":"
      + below(value, oldStyle: .plain, trailing: "", form)
  }

  private func lines(
    of text: String, oldStyle: YAMLScalar.Style, trailing: String, _ form: BlockForm
  ) -> String {
    guard form != .oneLine, let chomping = ScalarText.literalChomping(of: text) else {
      return " " + ScalarText.oneLine(text, like: oldStyle) + trailing
    }
    let indent =
      switch form {
      case .literal, .oneLine: spaces(textIndent ?? parent + step)
      case .indented(let count): spaces(count)
      }
    return text.dropLast(text.hasSuffix("\n") ? 1 : 0)
      .split(separator: "\n", omittingEmptySubsequences: false)
      .reduce(into: " |\(chomping)\(trailing)") { written, line in
        written += lineBreak + (line.isEmpty ? "" : indent + line)
      }
  }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}
