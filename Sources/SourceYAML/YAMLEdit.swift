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

/// One thing that a file is to say, in all forms in which it can be written.
package struct YAMLChange: Sendable {
  enum Effect: Sendable {
    /// The target gets another value.
    case replacement(YAMLNewValue)
    /// The target, a mapping, gets an entry.
    case entry(key: String, YAMLNewValue)
    /// The target, a list, gets a text at its end.
    case item(String)
    /// The target, a list, loses the item of this 0-based number.
    case removedItem(Int)
    /// The target, a mapping, loses the entry of this key.
    case removedEntry(key: String)
    /// The target, a mapping, has an entry under another key.
    case renamedKey(from: String, to: String)
  }

  /// At least one, the preferred first.
  package let forms: [YAMLEdit]
  let target: YAMLNode
  let effect: Effect
}

extension YAMLFile {
  /// Replaces a node by a value.
  ///
  /// Its anchor, the comment after it and the file's line endings stay; a tag other than "a string"
  /// is removed. A text of several lines becomes a literal block, indented as the old one or as the
  /// file; further than the comments and blank lines after it if they would become a part of it; else
  /// it is written in one line of double quotes. A text of one line keeps the old one's quotes.
  /// Inside of brackets everything is written in double quotes.
  ///
  /// - Parameter key: the node's key, if it is the value of an entry.
  package func replacing(
    _ node: YAMLNode, of key: YAMLNode? = nil, with value: YAMLNewValue
  ) -> YAMLChange {
    YAMLChange(
      forms: ValueWriter(file: self, node: node, key: key).forms(of: value), target: node,
      effect: .replacement(value))
  }

  /// Adds an entry after the last one of a mapping, or before it if only that keeps the last one as it
  /// is.
  ///
  /// - Precondition: `mapping` is a mapping, no alias, of this file.
  package func inserting(
    _ key: String, _ value: YAMLNewValue, into mapping: YAMLNode
  ) -> YAMLChange {
    guard case .mapping(let entries) = mapping.content, mapping.aliasOf == nil else {
      preconditionFailure("an entry can only be added to a mapping")
    }
    let writer = EntryWriter(file: self, mapping: mapping, last: entries.last)
    return YAMLChange(
      forms: writer.forms(of: key, value), target: mapping, effect: .entry(key: key, value))
  }

  /// Adds a text after the last item of a list.
  ///
  /// - Parameter comment: of the new line, in a list of lines; a list in brackets gets none.
  /// - Precondition: `list` is a list with items, no alias, of this file.
  package func appending(_ text: String, comment: String? = nil, to list: YAMLNode) -> YAMLChange {
    YAMLChange(
      forms: [ListWriter(file: self, list: list).appending(text, comment: comment)],
      target: list, effect: .item(text))
  }

  /// Removes an item of a list, with the comment in its own line.
  ///
  /// - Precondition: `list` is a list, no alias, of this file, and has an item of this number.
  package func removingItem(_ number: Int, of list: YAMLNode) -> YAMLChange {
    YAMLChange(
      forms: [ListWriter(file: self, list: list).removing(number)], target: list,
      effect: .removedItem(number))
  }

  /// Removes an entry of a mapping that has others, with the comment in its last line.
  ///
  /// - Precondition: `mapping` is a mapping, no alias, of this file, and has an entry of this key.
  package func removingEntry(_ key: String, of mapping: YAMLNode) -> YAMLChange {
    guard let entries = mapping.entries, mapping.aliasOf == nil,
      let number = entries.firstIndex(where: { $0.keyText == key })
    else { preconditionFailure("only an entry of the mapping can be removed") }
    let parts = entries.map { entry in
      let start = entry.key.range.start.offset - Int(entry.key.layout.propertyBytes)
      return start..<entry.value.range.end.offset
    }
    let start = mapping.range.start.offset
    let isFlow = start < bytes.count && bytes[start] == UInt8(ascii: "{")
    return YAMLChange(
      forms: [PartRemoval(file: self, parts: parts, isFlow: isFlow).edit(number)],
      target: mapping, effect: .removedEntry(key: key))
  }
}

extension YAMLFile {
  /// Replaces the key of an entry; its quotes stay.
  ///
  /// - Precondition: `mapping` is a mapping of this file, has an entry of this key and none of the new one.
  package func renaming(_ key: String, to newKey: String, in mapping: YAMLNode) -> YAMLChange {
    guard let entry = mapping.entry(key), mapping.entry(newKey) == nil else {
      preconditionFailure("only an entry of the mapping can be renamed, to a key that is not taken")
    }
    let style = entry.key.aliasOf == nil ? entry.key.scalar?.style ?? .plain : .plain
    let text =
      if style != .plain {
        ScalarText.oneLine(newKey, like: style)
      } else if entry.key.inFlow {
        ScalarText.doubleQuotedKey(newKey)
      } else {
        ScalarText.plainKey(newKey)
      }
    return YAMLChange(
      forms: [YAMLEdit(range: entry.key.range.byteRange, bytes: Array(text.utf8))],
      target: mapping, effect: .renamedKey(from: key, to: newKey))
  }
}

extension YAMLFile {
  /// The line break that the file begins to use.
  var lineBreak: String {
    let end = bytes.lineEnd(from: 0)
    guard end < bytes.count, bytes[end] == 0x0D else { return "\n" }
    return bytes.breakLength(at: end) == 2 ? "\r\n" : "\r"
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

  /// The least indentation of a literal block of which the comments and blank lines after it are no
  /// part; 0 if there are none.
  ///
  /// - Parameter end: where the block's last line ends.
  func indentBeyondTrivia(after end: Int) -> Int {
    var indent = 0
    var line = end + bytes.breakLength(at: end)
    while line < bytes.count {
      let text = bytes.endOfSpaces(from: line, limit: bytes.count)
      let isComment = text < bytes.count && bytes[text] == UInt8(ascii: "#")
      guard isComment || text == bytes.count || bytes.breakLength(at: text) > 0 else { break }
      indent = max(indent, text - line + (isComment ? 1 : 0))
      let lineEnd = bytes.lineEnd(from: text)
      line = lineEnd + bytes.breakLength(at: lineEnd)
      if lineEnd == bytes.count { break }
    }
    return indent
  }
}
