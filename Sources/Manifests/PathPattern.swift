import Model

/// A glob over relative paths, as in gitignore: `*` and `?` match within a part, `**` matches any
/// number of parts; no brackets or braces.
package struct PathPattern: Hashable, Sendable {
  package let text: String
  private let parts: [[Character]]

  package init(_ text: String) {
    self.text = text
    parts = text.split(separator: "/").map(Array.init)
  }

  package func matches(_ path: String) -> Bool {
    if text == "**" { return true }
    return Self.matches(parts[...], path.split(separator: "/").map(Array.init)[...])
  }

  /// The folder that contains all paths that it can match; `.` for the root.
  package var fixedFolder: String {
    let fixed = text.split(separator: "/").dropLast().prefix { !$0.contains { "*?".contains($0) } }
    return fixed.isEmpty ? "." : fixed.joined(separator: "/")
  }

  /// Remembers the last `**` and comes back to it, so the work is bounded by parts × parts.
  private static func matches(
    _ pattern: ArraySlice<[Character]>, _ path: ArraySlice<[Character]>
  ) -> Bool {
    wildcardMatch(
      pattern, path, isStar: { $0 == ["*", "*"] }, matchesOne: { matchesPart($0[...], $1[...]) })
  }

  private static func matchesPart(
    _ pattern: ArraySlice<Character>, _ part: ArraySlice<Character>
  ) -> Bool {
    wildcardMatch(
      pattern, part, isStar: { $0 == "*" }, matchesOne: { $0 == "?" || $0 == $1 })
  }
}
