import Diagnostics

/// The scalars of a file by their paths (JSON Pointer, RFC 6901, after the document's number).
struct ScalarIndex {
  struct Scalar: Hashable {
    let text: String
    let resolved: YAMLScalar.Resolved
  }

  private(set) var scalars: [String: Scalar] = [:]
  private var paths: [Int: String] = [:]
  private var aliases: [(path: String, position: Position)] = []

  init(_ file: YAMLFile) {
    for (number, root) in file.documents.compactMap(\.root).enumerated() {
      collect(root, "\(number)", isOwn: true)
    }
  }

  /// - Parameter isOwn: the node is where it is written, not what an alias repeats.
  private mutating func collect(_ node: YAMLNode, _ path: String, isOwn: Bool) {
    var isOwn = isOwn
    if isOwn {
      paths[node.range.start.offset] = paths[node.range.start.offset] ?? path
      if node.aliasOf != nil {
        aliases.append((path, node.range.start))
        isOwn = false
      }
    }
    switch node.content {
    case .scalar(let scalar):
      scalars[path] = Scalar(text: scalar.text, resolved: scalar.resolved)
    case .sequence(let items):
      for (number, item) in items.enumerated() { collect(item, "\(path)/\(number)", isOwn: isOwn) }
    case .mapping(let entries):
      for entry in entries {
        let path = Self.path(path, entry.keyText)
        if isOwn, entry.key.aliasOf != nil { aliases.append((path, entry.key.range.start)) }
        collect(entry.value, path, isOwn: isOwn)
      }
    }
  }

  private static func path(_ parent: String, _ key: String) -> String {
    let isPlain = !key.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "~") }
    if isPlain { return "\(parent)/\(key)" }
    return "\(parent)/" + key.replacing("~", with: "~0").replacing("/", with: "~1")
  }

  /// What the file says when the changes are made and nothing else.
  func scalars(after changes: ArraySlice<YAMLChange>) -> [String: Scalar] {
    var expected = scalars
    for change in changes {
      guard let target = paths[change.target.range.start.offset] else {
        preconditionFailure("a change changes a node of its file")
      }
      switch change.effect {
      case .replacement(let value):
        if case .scalar = change.target.content {
          expected[target] = nil
        } else {
          expected = expected.filter { $0.key != target && !$0.key.hasPrefix(target + "/") }
        }
        add(value, at: target, to: &expected)
      case .entry(let key, let value): add(value, at: Self.path(target, key), to: &expected)
      case .item(let text):
        add(.text(text), at: "\(target)/\(change.target.items?.count ?? 0)", to: &expected)
      case .removedItem(let number): remove(number, of: target, from: &expected)
      case .removedEntry(let key):
        let path = Self.path(target, key)
        expected = expected.filter { $0.key != path && !$0.key.hasPrefix(path + "/") }
      case .renamedKey(let old, let new):
        let (old, new) = (Self.path(target, old), Self.path(target, new))
        expected = Dictionary(
          expected.map { path, scalar in
            let isBelow = path == old || path.hasPrefix(old + "/")
            return (isBelow ? new + path.dropFirst(old.count) : path, scalar)
          }
        ) { first, _ in first }
      }
    }
    return expected
  }

  private func add(_ value: YAMLNewValue, at path: String, to expected: inout [String: Scalar]) {
    switch value {
    case .text(let text): expected[path] = Scalar(text: text, resolved: .string)
    case .list(let texts):
      for (number, text) in texts.enumerated() {
        expected["\(path)/\(number)"] = Scalar(text: text, resolved: .string)
      }
    case .mapping(let entries):
      for entry in entries {
        expected[Self.path(path, entry.key)] = Scalar(text: entry.text, resolved: .string)
      }
    }
  }

  /// The items after it have numbers one less from then on.
  private func remove(_ number: Int, of list: String, from expected: inout [String: Scalar]) {
    let prefix = list + "/"
    let moved = expected.compactMap { path, scalar -> (String, Scalar)? in
      guard path.hasPrefix(prefix) else { return (path, scalar) }
      let parts = path.dropFirst(prefix.count).split(separator: "/", maxSplits: 1)
      guard let first = parts.first, let position = Int(first), position != number else {
        return nil
      }
      let rest = parts.dropFirst().map { "/\($0)" }.joined()
      return ("\(prefix)\(position > number ? position - 1 : position)\(rest)", scalar)
    }
    expected = Dictionary(moved) { first, _ in first }
  }

  /// The first alias that one of these paths leads through.
  func alias(at paths: Set<String>) -> Position? {
    aliases.first { alias in
      paths.contains { $0 == alias.path || $0.hasPrefix(alias.path + "/") }
    }?.position
  }
}
