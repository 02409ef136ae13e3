import Diagnostics

/// One change of a file's bytes; everything outside of `range` stays as it is.
package struct YAMLEdit: Hashable, Sendable {
  /// 0-based bytes of the file.
  package let range: Range<Int>
  package let bytes: [UInt8]
}

/// A value to be written into a file.
package enum YAMLNewValue: Hashable, Sendable {
  case text(String)
  /// A list of texts, always in brackets.
  case list([String])
  /// A mapping of texts, in this order.
  case mapping([YAMLNewEntry])
}

package struct YAMLNewEntry: Hashable, Sendable {
  package let key: String
  package let text: String

  package init(_ key: String, _ text: String) {
    self.key = key
    self.text = text
  }
}

extension YAMLFile {
  /// Replaces a node by a value.
  ///
  /// Its anchor, the comment after it and the file's line endings stay; a tag other than "a string"
  /// is removed. A text of several lines becomes a literal block if block style is possible,
  /// indented as the old one or as the file; a text of one line keeps the old one's quotes. Inside
  /// of brackets everything is written in double quotes.
  package func replacing(_ node: YAMLNode, with value: YAMLNewValue) -> YAMLEdit {
    let writer = ValueWriter(file: self, node: node)
    let range = writer.range
    return YAMLEdit(range: range, bytes: writer.written(value))
  }

  /// Adds an entry after the last one of a mapping.
  ///
  /// - Precondition: `mapping` is a mapping, no alias, of this file.
  package func inserting(
    _ key: String, _ value: YAMLNewValue, into mapping: YAMLNode
  ) -> YAMLEdit {
    guard case .mapping(let entries) = mapping.content, mapping.aliasOf == nil else {
      preconditionFailure("an entry can only be added to a mapping")
    }
    if mapping.isBracketed(bytes) {
      let text = ScalarText.doubleQuotedKey(key) + ": " + ScalarText.flow(value)
      guard let last = entries.last else {
        let offset = mapping.range.start.offset + 1
        return YAMLEdit(range: offset..<offset, bytes: Array(text.utf8))
      }
      let offset = last.value.range.end.offset
      return YAMLEdit(range: offset..<offset, bytes: Array(", \(text)".utf8))
    }
    let end = bytes.lineEnd(from: mapping.range.end.offset)
    let lines = Lines(
      parent: mapping.range.start.column - 1, step: indentStep(around: mapping),
      lineBreak: lineBreak)
    let text = lines.entry(key, value)
    return YAMLEdit(range: end..<end, bytes: Array(text.utf8) + finalBreak(after: end, for: value))
  }

  /// The file with all edits made.
  ///
  /// - Precondition: no two edits overlap.
  package func applying(_ edits: [YAMLEdit]) -> [UInt8] {
    var result: [UInt8] = []
    var copied = 0
    for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      precondition(edit.range.lowerBound >= copied, "two edits overlap")
      result += bytes[copied..<edit.range.lowerBound]
      result += edit.bytes
      copied = edit.range.upperBound
    }
    return result + bytes[copied...]
  }
}

extension YAMLFile {
  /// The line break that the file begins to use.
  var lineBreak: String {
    let end = bytes.lineEnd(from: 0)
    let isPair = bytes.breakLength(at: end) == 2 && bytes[end] == 0x0D
    return isPair ? "\r\n" : "\n"
  }

  func indentStep(around node: YAMLNode) -> Int {
    node.layout.step > 0 ? Int(node.layout.step) : indentStep
  }

  /// A literal block's last line needs its break, which the file's last line may lack.
  func finalBreak(after end: Int, for value: YAMLNewValue) -> [UInt8] {
    let needsBreak =
      switch value {
      case .text(let text): text.hasSuffix("\n")
      case .list: false
      case .mapping(let entries): entries.last?.text.hasSuffix("\n") ?? false
      }
    return needsBreak && end == bytes.count ? Array(lineBreak.utf8) : []
  }
}

extension YAMLNode {
  /// Whether a mapping is written in braces. A block mapping cannot start with one: its first key
  /// would be a flow mapping, and such keys are refused.
  fileprivate func isBracketed(_ bytes: [UInt8]) -> Bool {
    !range.byteRange.isEmpty && bytes[range.start.offset] == UInt8(ascii: "{")
  }
}
