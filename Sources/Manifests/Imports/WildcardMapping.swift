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

  /// The connections of several mappings, in the order in which the source has them: fields of one name
  /// and app belong together.
  package static func connections(
    _ mappings: [WildcardMapping], in data: ImportedData, file: String
  ) -> (found: [ForeignConnection], unread: [String]) {
    var order: [String] = []
    var found: [String: (name: String, app: String, fields: [String: String])] = [:]
    var unread: [String] = []
    for mapping in mappings {
      let matches = ([data] + data.items).flatMap { mapping.matches($0, mapping.parts[...]) }
      if matches.isEmpty { unread.append("`\(mapping.parts.joined(separator: "."))`") }
      for (name, value) in matches {
        let key = "\(mapping.app)\0\(name)"
        if found[key] == nil { order.append(key) }
        found[key, default: (name, mapping.app, [:])].fields[mapping.field] = value
      }
    }
    return (
      order.compactMap { found[$0] }.map {
        ForeignConnection(name: $0.name, app: $0.app, fields: $0.fields, origin: file)
      }, unread
    )
  }

  private func matches(
    _ data: ImportedData, _ rest: ArraySlice<String>
  ) -> [(name: String, value: String)] {
    guard let part = rest.first else { return [] }
    if part == "*" {
      return data.members.compactMap { member in
        member.value.text(at: rest.dropFirst()).map { (member.key, $0) }
      }
    }
    return data.members.last { $0.key == part }.map { matches($0.value, rest.dropFirst()) } ?? []
  }
}
