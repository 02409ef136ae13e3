/// The connections that a run is limited to: by name, or by globs in which `*` stands for any text and
/// `?` for one character.
package struct ConnectionSelection: Hashable, Sendable {
  /// Empty: all.
  package let included: [String]
  package let excluded: [String]

  package static let all = ConnectionSelection()

  package init(included: [String] = [], excluded: [String] = []) {
    self.included = included
    self.excluded = excluded
  }

  package var isAll: Bool { included.isEmpty && excluded.isEmpty }

  /// The chosen ones of these connections.
  package func names(among all: Set<ConnectionName>) -> Set<ConnectionName> {
    let kept =
      included.isEmpty
      ? all : included.reduce(into: []) { $0.formUnion(Self.matches(of: $1, among: all)) }
    return excluded.reduce(into: kept) { $0.subtract(Self.matches(of: $1, among: all)) }
  }

  /// The texts that match none of these connections: typos, which would change what a run is about.
  package func unmatched(among all: Set<ConnectionName>) -> [String] {
    (included + excluded).filter { Self.matches(of: $0, among: all).isEmpty }
  }

  /// A connection of exactly this name comes first: a star can be in a name.
  private static func matches(
    of text: String, among all: Set<ConnectionName>
  ) -> Set<ConnectionName> {
    if let name = ConnectionName(text), all.contains(name) { return [name] }
    guard text.contains(where: { "*?".contains($0) }) else { return [] }
    let pattern = Array(text)
    return all.filter { name in
      wildcardMatch(
        pattern[...], Array(name.rawValue)[...], isStar: { $0 == "*" },
        matchesOne: { $0 == "?" || $0 == $1 })
    }
  }
}
