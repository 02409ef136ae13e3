/// `services.*.token=http.token`: each text at such a path is a field of a connection that is named for
/// what the `*` stands for.
package struct WildcardMapping: Hashable, Sendable {
  private let parts: [String]
  private let app: String
  private let field: String

  /// - Parameter format: in a password store, parts are separated by slashes as well.
  /// - Returns: `nil` unless the path has one `*` and the other side is `APP.FIELD`.
  package init?(_ text: String, for format: ForeignFormat) {
    let sides = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard sides.count == 2 else { return nil }
    let target = sides[1].split(separator: ".", maxSplits: 1).map(String.init)
    parts = format.path(sides[0]).split(separator: ".").map(String.init)
    guard target.count == 2, parts.count(where: { $0 == "*" }) == 1 else { return nil }
    (app, field) = (target[0], target[1])
  }

  /// The fields of one name and app, which belong together.
  private struct Match {
    let name: String
    let app: String
    var texts: [String: Set<String>] = [:]
    var files = ImportFiles()

    mutating func add(_ text: String, _ field: String, _ file: String) {
      texts[field, default: []].insert(text)
      files.add(file)
    }

    var connection: ForeignConnection {
      ForeignConnection(
        name: name, app: app,
        fields: texts.compactMapValues { $0.count == 1 ? $0.first : nil },
        origin: files.description,
        left: texts.filter { $1.count > 1 }.keys.sorted().map {
          "`\($0)`, for which the source has several values"
        })
    }
  }

  /// The connections of several mappings, in the order in which the sources have them.
  package static func connections(
    _ mappings: [WildcardMapping], in sources: [(file: String, data: ImportedData)]
  ) -> (found: [ForeignConnection], unread: [String]) {
    let index = ImportIndex(sources)
    var order: [String] = []
    var found: [String: Match] = [:]
    var unread: [String] = []
    for mapping in mappings {
      var isFound = false
      for (file, root) in index.roots {
        for (name, text) in mapping.matches(root, mapping.parts[...]) {
          isFound = true
          let key = "\(mapping.app)\0\(name)"
          if found[key] == nil { order.append(key) }
          found[key, default: Match(name: name, app: mapping.app)].add(text, mapping.field, file)
        }
      }
      if !isFound { unread.append("`\(mapping.parts.joined(separator: "."))`") }
    }
    return (order.compactMap { found[$0]?.connection }, unread)
  }

  private func matches(
    _ node: ImportIndex.Node, _ rest: ArraySlice<String>
  ) -> [(name: String, text: String)] {
    guard let part = rest.first else { return [] }
    if part == "*" {
      return node.keys.compactMap { key in
        node[key]?.text(at: rest.dropFirst()).map { (key, $0) }
      }
    }
    return node[part].map { matches($0, rest.dropFirst()) } ?? []
  }
}
