package import Model

/// A key that sealed values are addressed to, or that the project names, before and after a change.
package struct ReviewReader: Hashable, Sendable {
  package enum Standing: Hashable, Sendable {
    /// The project names it now.
    case recipient
    case stranger
    /// An unknown key, which may be that of a recipient whose key is unknown too.
    case undecided
  }

  /// As people know it: `Ann <ann@example.com> (60B08D8547395983)`.
  let name: String
  let standing: Standing
  /// The number of values that are addressed to it; `nil` without a base.
  let before: Int?
  let after: Int
  /// Values of both states that it is addressed to in one of them alone, by their present names, sorted.
  let gained: [FieldAddress]
  let lost: [FieldAddress]

  package init(
    name: String, standing: Standing, before: Int?, after: Int, gained: [FieldAddress],
    lost: [FieldAddress]
  ) {
    self.name = name
    self.standing = standing
    self.before = before
    self.after = after
    self.gained = gained
    self.lost = lost
  }

  /// Whether it reads more than before.
  var isNew: Bool { before.map { !gained.isEmpty || ($0 == 0 && after > 0) } ?? false }

  /// Those who lose the most first, then by name.
  package static func inReadingOrder(_ left: ReviewReader, _ right: ReviewReader) -> Bool {
    (right.lost.count, left.name) < (left.lost.count, right.name)
  }
}
