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

/// One value that a file is to get, in all forms in which it can be written.
package struct YAMLChange: Sendable {
  /// At least one, the preferred first.
  package let forms: [YAMLEdit]
  let value: YAMLNewValue
  /// The node that is replaced, or the mapping that gets an entry.
  let target: YAMLNode
  /// `nil`: the target is replaced.
  let newKey: String?
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
      forms: ValueWriter(file: self, node: node, key: key).forms(of: value), value: value,
      target: node, newKey: nil)
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
      forms: writer.forms(of: key, value), value: value, target: mapping, newKey: key)
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
