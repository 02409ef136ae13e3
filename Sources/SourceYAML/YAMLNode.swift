package import Diagnostics

/// One value of a document, with its exact range in the file.
package struct YAMLNode: Sendable {
  /// The value's own bytes: after its anchor and tag, with quotes or a block scalar's header.
  ///
  /// A block scalar ends after the text of its last line, before that line's break; the lines
  /// that `|+` keeps are among its lines, other blank lines after it are not. A block mapping or
  /// sequence ends where its last value does, a flow one after its bracket. A value that is not
  /// written (`key:`) is empty and is located after the colon. An alias has its token's range.
  package let range: SourceRange
  package let content: Content
  let link: Link
  let layout: Layout

  package enum Content: Sendable {
    case scalar(YAMLScalar)
    case mapping([YAMLEntry])
    case sequence([YAMLNode])
  }

  enum Link: Sendable {
    case none
    case anchor(String)
    case alias(String)
  }

  /// The name that `&name` gives to this node.
  package var anchor: String? {
    if case .anchor(let name) = link { name } else { nil }
  }

  /// The name by which `*name` refers to another node; the content is that node's.
  package var aliasOf: String? {
    if case .alias(let name) = link { name } else { nil }
  }

  /// Whether this node is inside a `[…]` or `{…}`; the outermost of those is not.
  package var inFlow: Bool { layout.flags.contains(.inFlow) }
}

/// One `key: value` of a mapping.
package struct YAMLEntry: Sendable {
  /// Always a scalar.
  package let key: YAMLNode
  package let keyText: String
  package let value: YAMLNode
}

/// What an edit must know about a node beside its range.
struct Layout: Sendable {
  /// 0-based column of the block collection around this node, -1 around a document's root.
  var parentColumn: Int32 = -1
  /// Bytes of anchor, tag and what is between them and the value; 0 if it has neither.
  var propertyBytes: UInt32 = 0
  /// Columns from the grandparent mapping to the parent mapping; 0 if there is none.
  var step: UInt8 = 0
  var flags: Flags = []

  struct Flags: OptionSet {
    let rawValue: UInt8
    static let inFlow = Flags(rawValue: 1)
    static let isKey = Flags(rawValue: 2)
    /// The value is not written, and neither is the colon before it: `{key}`.
    static let lacksColon = Flags(rawValue: 4)
    /// The tag says "a string", so it suits any text.
    static let isTaggedString = Flags(rawValue: 8)
  }
}

extension YAMLNode {
  /// The scalar, whatever it resolves to.
  package var scalar: YAMLScalar? {
    if case .scalar(let scalar) = content { scalar } else { nil }
  }

  /// A mapping's entries in file order.
  package var entries: [YAMLEntry]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }

  /// A sequence's items in order.
  package var items: [YAMLNode]? {
    if case .sequence(let items) = content { items } else { nil }
  }

  package var isNull: Bool { scalar?.resolved == .null }

  /// The text of a scalar that is a string.
  package var string: String? {
    guard let scalar, scalar.resolved == .string else { return nil }
    return scalar.text
  }

  /// The entry of a mapping; absent also if this is no mapping.
  package func entry(_ key: String) -> YAMLEntry? {
    entries?.first { $0.keyText == key }
  }

  package subscript(key: String) -> YAMLNode? { entry(key)?.value }
}
