/// What the files of a source have, for many look-ups by path.
struct ImportIndex {
  /// A value, whose parts are found without a search.
  struct Node {
    let text: String?
    /// In their order.
    let keys: [String]
    private let members: [ExactText: Node]
    let items: [Node]

    init(_ data: ImportedData) {
      text = data.text
      items = data.items.map { Node($0) }
      members = Dictionary(data.members.map { (ExactText($0.key), Node($0.value)) }) { $1 }
      var seen: Set<ExactText> = []
      keys = data.members.map(\.key).filter { seen.insert(ExactText($0)).inserted }
    }

    subscript(key: String) -> Node? { members[ExactText(key)] }

    /// Null, or a list or mapping without anything in it.
    var isEmpty: Bool { text == nil && keys.isEmpty && items.isEmpty }

    /// What is at a path: keys, and indices of lists from 0. A key that has dots is in several parts.
    func node(at path: ArraySlice<String>) -> Node? {
      var (node, rest) = (self, path)
      while !rest.isEmpty {
        guard let (count, next) = node.step(rest) else { return nil }
        (node, rest) = (next, rest.dropFirst(count))
      }
      return node
    }

    private func step(_ rest: ArraySlice<String>) -> (count: Int, node: Node)? {
      if let first = rest.first, let index = Int(first), items.indices.contains(index) {
        return (1, items[index])
      }
      if members.isEmpty { return nil }
      // A key may have dots itself: the longest that fits.
      return (1...rest.count).reversed().lazy.compactMap { count in
        self[rest.prefix(count).joined(separator: ".")].map { (count, $0) }
      }.first
    }
  }

  /// All documents; of one that is a list, also each of its items.
  let roots: [(file: String, node: Node)]

  init(_ sources: [(file: String, data: ImportedData)]) {
    roots = sources.flatMap { file, data in
      ([data] + data.items).map { (file, Node($0)) }
    }
  }

  /// The texts at a path, with keys, and indices of lists from 0, with dots between them.
  func texts(at path: String) -> [(file: String, text: String)] {
    let parts = path.split(separator: ".").map(String.init)
    return roots.compactMap { file, node in node.node(at: parts[...])?.text.map { (file, $0) } }
  }
}

/// Files of a source, for people: each once, and of many the first.
struct ImportFiles: CustomStringConvertible {
  private var names: [String] = []
  private var known: Set<String> = []

  mutating func add(_ name: String) {
    if known.insert(name).inserted { names.append(name) }
  }

  var isEmpty: Bool { names.isEmpty }

  var description: String {
    names.prefix(3).joined(separator: ", ") + (names.count > 3 ? " and others" : "")
  }
}
