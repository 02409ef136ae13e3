/// The name that a typo most likely meant, or `nil` if none is near.
///
/// Near is an optimal string alignment distance of at most a third of the text's length (at
/// least 1): insertions, deletions, substitutions, and swaps of neighbours count one each.
/// Of equally near names the first wins.
package func nearestName(to text: String, among names: some Sequence<String>) -> String? {
  let limit = max(1, text.count / 3)
  var best: (name: String, distance: Int)?
  for name in names where abs(name.count - text.count) <= limit {
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
