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
    var texts: [String: Set<ExactText>] = [:]
    var files = ImportFiles()

    mutating func add(_ text: String, _ field: String, _ file: String) {
      texts[field, default: []].insert(ExactText(text))
      files.add(file)
    }

    var connection: ForeignConnection {
      ForeignConnection(
        name: name, app: app,
        fields: texts.compactMapValues { $0.count == 1 ? $0.first?.text : nil },
        origin: files.description,
        left: texts.filter { $1.count > 1 }.keys.sorted().map {
          "`\($0)`, for which the source has several values"
        })
    }
  }

  /// What a mapping finds in all files.
  private struct Search {
    var found: [(name: String, text: String, file: String)] = []
    /// Names without a text at the path, and whether something else is there.
    var missing: [(name: String, isPresent: Bool)] = []
    /// Whether there is a list where the names should be.
    var meetsList = false
  }

  /// The connections of several mappings, in the order in which the sources have them.
  ///
  /// - Returns: also the paths at which a name has no text, but not those of one that is for another app alone.
  package static func connections(
    _ mappings: [WildcardMapping], in sources: [(file: String, data: ImportedData)]
  ) -> (found: [ForeignConnection], unread: [UnreadPart]) {
    let index = ImportIndex(sources)
    let searches = mappings.map { (mapping: $0, search: $0.search(index)) }
    var order: [ExactText] = []
    var found: [ExactText: Match] = [:]
    var names: Set<ExactText> = []
    for (mapping, search) in searches {
      for (name, text, file) in search.found {
        let key = mapping.key(name)
        if found[key] == nil { order.append(key) }
        found[key, default: Match(name: name, app: mapping.app)].add(text, mapping.field, file)
        names.insert(ExactText(name))
      }
    }
    let unread = searches.flatMap { mapping, search in
      mapping.unread(search) { name in
        found[mapping.key(name)] != nil || !names.contains(ExactText(name))
      }
    }
    return (order.compactMap { found[$0]?.connection }, unread)
  }

  private func key(_ name: String) -> ExactText { ExactText("\(app)\0\(name)") }

  private func path(_ name: String) -> String {
    parts.map { $0 == "*" ? name : $0 }.joined(separator: ".")
  }

  private func search(_ index: ImportIndex) -> Search {
    let above = parts.prefix { $0 != "*" }
    let below = parts[(above.endIndex + 1)...]
    var search = Search()
    var missing: [(name: String, isPresent: Bool)] = []
    for (file, root) in index.roots {
      guard let node = root.node(at: above) else { continue }
      if !node.items.isEmpty { search.meetsList = true }
      for name in node.keys {
        guard let part = node[name], !part.isEmpty else { continue }
        let value = part.node(at: below)
        if let text = value?.text {
          search.found.append((name, text, file))
        } else {
          missing.append((name, !(value?.isEmpty ?? true)))
        }
      }
    }
    // A name may be in several files.
    let found = Set(search.found.map { ExactText($0.name) })
    search.missing = missing.filter { !found.contains(ExactText($0.name)) }
    return search
  }

  /// - Parameter concerns: whether a name is one of this mapping's app.
  private func unread(_ search: Search, concerns: (String) -> Bool) -> [UnreadPart] {
    var seen: Set<ExactText> = []
    let missing = search.missing.filter { name, isPresent in
      (isPresent || concerns(name)) && seen.insert(ExactText(name)).inserted
    }
    if search.found.isEmpty, missing.isEmpty {
      let path = parts.joined(separator: ".")
      return [
        search.meetsList
          ? UnreadPart("`\(path)`", "the source has a list at its `*`, which stands for a key")
          : .noValue(at: path)
      ]
    }
    return missing.map { name, isPresent in
      isPresent ? .noText(at: path(name)) : .noValue(at: path(name))
    }
  }
}
