/// How long to wait before the next attempt: a window that doubles with each.
package struct Backoff: Hashable, Sendable {
  package enum Jitter: Hashable, Sendable {
    /// Anywhere in the window, so that clients that failed together do not return together.
    case full
    /// Anywhere in its second half: never without a pause.
    case half
    /// The whole window; for a single client.
    case none
  }

  private let first: Double
  private let longest: Double
  private let jitter: Jitter

  /// - Parameters: `first` and `longest` are windows in seconds.
  package init(first: Double = 0.5, longest: Double = 30, jitter: Jitter = .full) {
    self.first = first
    self.longest = longest
    self.jitter = jitter
  }

  /// The same wait each time, in seconds.
  package static func constant(_ seconds: Double) -> Backoff {
    Backoff(first: seconds, longest: seconds, jitter: .none)
  }

  /// - Parameters:
  ///   - attempt: 0 for the wait after the first failure.
  ///   - fraction: random, from 0 up to 1.
  package func wait(attempt: Int, fraction: Double) -> Duration {
    let window = min(longest, first * Double(1 << min(attempt, 16)))
    let share =
      switch jitter {
      case .full: fraction
      case .half: 0.5 + fraction / 2
      case .none: 1.0
      }
    return .milliseconds(Int64((window * share * 1000).rounded(.down)))
  }
}
