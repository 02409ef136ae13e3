/// What a source has, for many look-ups by path.
struct ImportIndex {
  /// The source; if it is a list, also each of its items, as of several documents.
  private let roots: [(data: ImportedData, members: [String: ImportedData])]

  init(_ data: ImportedData) {
    roots = ([data] + data.items).map { root in
      (root, Dictionary(root.members.map { ($0.key, $0.value) }) { $1 })
    }
  }

  /// The text at a path: keys, and indices of lists from 0, with dots between them.
  func text(at path: String) -> String? {
    let parts = path.split(separator: ".").map(String.init)
    return roots.lazy.compactMap { root, members in
      if members.isEmpty { return root.text(at: parts[...]) }
      // A key may have dots itself: the longest that fits.
      return (0..<parts.count).reversed().lazy.compactMap { last in
        members[parts[...last].joined(separator: ".")].map { $0.text(at: parts[(last + 1)...]) }
      }.first ?? nil
    }.first
  }
}
