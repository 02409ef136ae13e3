package import Diagnostics

/// A file's YAML documents with the place of every node.
package struct YAMLFile: Sendable {
  /// The name that diagnostics give the file.
  package let file: String
  package let bytes: [UInt8]
  package let documents: [YAMLDocument]

  package init(file: String, bytes: [UInt8], documents: [YAMLDocument]) {
    self.file = file
    self.bytes = bytes
    self.documents = documents
  }
}

/// One document; without a root where it holds nothing but comments.
package struct YAMLDocument: Sendable {
  package let span: Span
  package let root: YAMLNode?

  package init(span: Span, root: YAMLNode?) {
    self.span = span
    self.root = root
  }
}

/// One value with its place.
package struct YAMLNode: Sendable {
  /// Of the value itself, behind any anchor and tag; quotes and a block's header are in it. Of a
  /// node that an alias stands for: the alias' own place.
  package let span: Span
  package let content: Content
  package let anchor: String?
  package let aliasOf: String?
  package let inFlow: Bool

  package init(
    span: Span, content: Content, anchor: String? = nil, aliasOf: String? = nil,
    inFlow: Bool = false
  ) {
    self.span = span
    self.content = content
    self.anchor = anchor
    self.aliasOf = aliasOf
    self.inFlow = inFlow
  }

  package enum Content: Sendable {
    case scalar(YAMLScalar)
    case mapping([YAMLEntry])
    case sequence([YAMLNode])
  }
}

package struct YAMLEntry: Sendable {
  /// Always a scalar.
  package let key: YAMLNode
  package let keyText: String
  package let value: YAMLNode

  package init(key: YAMLNode, keyText: String, value: YAMLNode) {
    self.key = key
    self.keyText = keyText
    self.value = value
  }
}

package struct YAMLScalar: Hashable, Sendable {
  package let text: String
  package let style: Style
  package let resolved: Resolved

  package init(text: String, style: Style, resolved: Resolved) {
    self.text = text
    self.style = style
    self.resolved = resolved
  }

  package enum Style: Hashable, Sendable {
    case plain, singleQuoted, doubleQuoted, literal, folded
  }

  /// By the YAML 1.2 core schema; a number keeps its text.
  package enum Resolved: Hashable, Sendable {
    case null, bool(Bool), integer, float, string
  }
}
