/// Where the lines of a file start: the offset of each one's first byte.
package struct LineStarts: Sendable {
  package let offsets: [Int]

  /// - Parameter offsets: sorted; the first line's is the first.
  package init(_ offsets: [Int]) { self.offsets = offsets }

  /// The line of a byte, 0-based, and how many lines were compared to find it.
  package func line(of offset: Int) -> (index: Int, steps: Int) {
    var low = 0
    var high = offsets.count
    var steps = 0
    while high - low > 1 {
      let middle = (low + high) / 2
      if offsets[middle] <= offset { low = middle } else { high = middle }
      steps += 1
    }
    return (low, steps)
  }
}
