/// What differs between two texts of one file, as `diff -u` prints it: three lines around each change.
package struct TextDiff: Sendable {
  /// Empty if nothing differs.
  package let text: String

  private static let context = 3
  /// Lines of both texts up to which the smallest difference is looked for; its cost is their product.
  private static let maxLines = 4_000

  /// - Parameters:
  ///   - old: `nil`: there is no such file.
  ///   - new: as `old`.
  package init(_ file: String, from old: String?, to new: String?) {
    let (before, after) = (Self.lines(old), Self.lines(new))
    if old == new {
      text = ""
      return
    }
    let changes = Self.steps(before, after)
    text =
      "--- \(old == nil ? "/dev/null" : "a/\(file)")\n+++ \(new == nil ? "/dev/null" : "b/\(file)")\n"
      + Self.hunks(changes)
  }

  private enum Step {
    case same(Substring), removed(Substring), added(Substring)

    var isSame: Bool {
      if case .same = self { true } else { false }
    }

    var line: String {
      switch self {
      case .same(let text): " \(text)\n"
      case .removed(let text): "-\(text)\n"
      case .added(let text): "+\(text)\n"
      }
    }
  }

  private static func lines(_ text: String?) -> [Substring] {
    guard let text, !text.isEmpty else { return [] }
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    return text.last?.isNewline == true ? lines.dropLast() : lines
  }

  /// What both texts begin and end with is left out of the search.
  private static func steps(_ before: [Substring], _ after: [Substring]) -> [Step] {
    var start = 0
    while start < min(before.count, after.count), before[start] == after[start] { start += 1 }
    var end = 0
    while end < min(before.count, after.count) - start,
      before[before.count - 1 - end] == after[after.count - 1 - end]
    {
      end += 1
    }
    let old = before[start..<(before.count - end)]
    let new = after[start..<(after.count - end)]
    return before[..<start].map { .same($0) }
      + (old.count + new.count > maxLines
        ? old.map { .removed($0) } + new.map { .added($0) } : smallest(Array(old), Array(new)))
      + before[(before.count - end)...].map { .same($0) }
  }

  private static func smallest(_ old: [Substring], _ new: [Substring]) -> [Step] {
    var removed: Set<Int> = []
    var added: Set<Int> = []
    for change in new.difference(from: old) {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): added.insert(offset)
      }
    }
    var steps: [Step] = []
    var (left, right) = (0, 0)
    while left < old.count || right < new.count {
      if left < old.count, removed.contains(left) {
        steps.append(.removed(old[left]))
        left += 1
      } else if right < new.count, added.contains(right) {
        steps.append(.added(new[right]))
        right += 1
      } else {
        steps.append(.same(old[left]))
        left += 1
        right += 1
      }
    }
    return steps
  }

  private static func hunks(_ steps: [Step]) -> String {
    var text = ""
    var index = 0
    var (oldLine, newLine) = (1, 1)
    while let first = steps[index...].firstIndex(where: { !$0.isSame }) {
      let start = max(index, first - context)
      oldLine += start - index
      newLine += start - index
      var last = first
      // Changes that are no further apart than the lines around them are one hunk.
      while let next = steps[(last + 1)...].firstIndex(where: { !$0.isSame }),
        next - last <= 2 * context + 1
      {
        last = next
      }
      let end = min(steps.count, last + context + 1)
      let hunk = steps[start..<end]
      let counts = hunk.reduce(into: (old: 0, new: 0)) { counts, step in
        switch step {
        case .same: counts = (counts.old + 1, counts.new + 1)
        case .removed: counts.old += 1
        case .added: counts.new += 1
        }
      }
      text +=
        "@@ -\(range(oldLine, counts.old)) +\(range(newLine, counts.new)) @@\n"
        + hunk.map(\.line).joined()
      oldLine += counts.old
      newLine += counts.new
      index = end
    }
    return text
  }

  /// Of no lines, the line before them is named.
  private static func range(_ first: Int, _ count: Int) -> String {
    count == 1 ? "\(first)" : "\(count == 0 ? first - 1 : first),\(count)"
  }
}
