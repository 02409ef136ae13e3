/// How long to wait before trying again: full jitter over a window that doubles.
package struct Backoff: Sendable {
  private let first: Double
  private let most: Double

  /// - Parameters: in seconds.
  package init(first: Double = 0.5, most: Double = 30) {
    self.first = first
    self.most = most
  }

  /// - Parameters:
  ///   - attempt: 0 for the wait behind the first failure.
  ///   - fraction: random, from 0 up to 1.
  package func wait(attempt: Int, fraction: Double) -> Duration {
    let window = min(most, first * Double(1 << min(attempt, 16)))
    return .milliseconds(Int64(window * fraction * 1000))
  }
}
