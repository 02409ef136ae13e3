package import Diagnostics

/// A tree put together from the nodes of two files, with every location in the first of them.
extension YAMLFile {
  /// This file with another root for its first document; the bytes stay as they are.
  package func replacingRoot(_ root: YAMLNode) -> YAMLFile {
    let first = documents.first.map { YAMLDocument(range: $0.range, root: root) }
    return YAMLFile(
      file: file, bytes: bytes, documents: (first.map { [$0] } ?? []) + documents.dropFirst(),
      indentStep: indentStep, nodeCount: nodeCount)
  }
}

extension YAMLNode {
  /// A mapping with this one's location, and other entries.
  package func mapping(_ entries: [YAMLEntry]) -> YAMLNode {
    YAMLNode(range: range, content: .mapping(entries), link: link, layout: layout)
  }

  /// The same value, every part of it located at one position.
  package func located(at position: Position) -> YAMLNode {
    let content: Content =
      switch content {
      case .scalar: content
      case .mapping(let entries): .mapping(entries.map { $0.located(at: position) })
      case .sequence(let items): .sequence(items.map { $0.located(at: position) })
      }
    return YAMLNode(
      range: SourceRange(at: position), content: content, link: .none, layout: layout)
  }
}

extension YAMLEntry {
  /// The same key with another value.
  package func replacingValue(_ value: YAMLNode) -> YAMLEntry {
    YAMLEntry(key: key, keyText: keyText, value: value)
  }

  /// Key and value, located at one position.
  package func located(at position: Position) -> YAMLEntry {
    YAMLEntry(
      key: key.located(at: position), keyText: keyText, value: value.located(at: position))
  }
}
