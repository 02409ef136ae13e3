import Diagnostics

extension YAMLFile {
  /// The comments, each from its `#` to the end of its line.
  var comments: [String] {
    var texts: [Range<Int>] = []
    for root in documents.compactMap(\.root) { collect(root, into: &texts) }
    texts.sort { $0.lowerBound < $1.lowerBound }
    var comments: [String] = []
    var next = texts[...]
    var index = 0
    while index < bytes.count {
      if let text = next.first, index >= text.lowerBound {
        index = max(index, text.upperBound)
        next.removeFirst()
        continue
      }
      let startsWord =
        index == 0 || bytes[index - 1].isBlank || bytes.breakLength(before: index) > 0
      // libyaml takes `"a"#b` for a comment, and `[a,#b` too.
      if bytes[index] == UInt8(ascii: "#"), startsWord || !bytes[index - 1].isAnchorLetter {
        let end = bytes.lineEnd(from: index)
        comments.append(String(decoding: bytes[index..<end], as: UTF8.self))
        index = end
      } else {
        index += 1
      }
    }
    return comments
  }

  /// The bytes of all texts, where a `#` is no comment; of a block text, those after its header.
  private func collect(_ node: YAMLNode, into texts: inout [Range<Int>]) {
    if node.aliasOf != nil { return }
    switch node.content {
    case .scalar(let scalar):
      let isBlock = scalar.style == .literal || scalar.style == .folded
      let start = node.range.start.offset
      let end = node.range.end.offset
      texts.append((isBlock ? min(bytes.lineEnd(from: start), end) : start)..<end)
    case .sequence(let items): for item in items { collect(item, into: &texts) }
    case .mapping(let entries):
      for entry in entries {
        texts.append(entry.key.range.byteRange)
        collect(entry.value, into: &texts)
      }
    }
  }
}
