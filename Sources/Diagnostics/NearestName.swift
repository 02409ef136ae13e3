/// The name that a typo most likely meant, or `nil` if none is near.
///
/// Near is an optimal string alignment distance of at most a third of the text's length (at
/// least 1): insertions, deletions, substitutions, and swaps of neighbours count one each.
/// Of equally near names the first wins. Of a text of more than 100 characters there is none, and no more
/// than 1,000 names are looked at: another person may have chosen both.
package func nearestName(to text: String, among names: some Sequence<String>) -> String? {
  guard text.utf8.count <= 400, text.count <= 100 else { return nil }
  let limit = max(1, text.count / 3)
  var best: (name: String, distance: Int)?
  for name in names.prefix(1_000)
  where name.utf8.count <= 600 && abs(name.count - text.count) <= limit {
    let distance = alignmentDistance(Array(text.lowercased()), Array(name.lowercased()))
    if distance <= limit, distance < best?.distance ?? .max { best = (name, distance) }
  }
  return best?.name
}

private func alignmentDistance(_ left: [Character], _ right: [Character]) -> Int {
  var before: [Int] = []
  var last = Array(0...right.count)
  for row in left.indices {
    var current = [row + 1]
    for column in right.indices {
      let substitution = last[column] + (left[row] == right[column] ? 0 : 1)
      var least = min(substitution, last[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
        least = min(least, before[column - 1] + 1)
      }
      current.append(least)
    }
    before = last
    last = current
  }
  return last[right.count]
}
