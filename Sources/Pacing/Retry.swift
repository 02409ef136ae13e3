/// The attempts at one operation, counted and spaced by a policy.
///
///     var retry = Retry(RetryPolicy(.attempts(6)), runtime)
///     while true {
///       if let result = try attempt() { return result }
///       guard await retry.waitForNextAttempt() else { throw … }
///     }
package struct Retry: Sendable {
  /// May change between attempts, if a failure calls for a different policy.
  package var policy: RetryPolicy
  /// How many attempts were waited for; 0 during the first one.
  package private(set) var count = 0
  private let runtime: Runtime
  private let start: Duration

  package init(_ policy: RetryPolicy, _ runtime: Runtime) {
    self.policy = policy
    self.runtime = runtime
    start = runtime.elapsed()
  }

  /// Whether the policy allows no attempt after the one that has just failed.
  package var isExhausted: Bool {
    switch policy.limit {
    case .attempts(let attempts): count + 1 >= attempts
    case .duration(let duration): runtime.elapsed() - start >= duration
    case .none: false
    }
  }

  /// Waits before the next attempt.
  ///
  /// - Parameter serverDelay: the wait that the server asked for, at most a minute of it; it replaces
  ///   the backoff, with up to a fifth more so that not all its clients return at once.
  /// - Returns: false, at once, if the limit is reached.
  package mutating func waitForNextAttempt(serverDelay: Duration? = nil) async -> Bool {
    if isExhausted { return false }
    await wait(serverDelay: serverDelay)
    return true
  }

  /// Waits even if the limit is reached, to check once more what the last attempt did.
  package mutating func wait(serverDelay: Duration? = nil) async {
    await runtime.sleep(delay(serverDelay))
    count += 1
  }

  private func delay(_ serverDelay: Duration?) -> Duration {
    guard let serverDelay else {
      return policy.backoff.wait(attempt: count, fraction: runtime.random())
    }
    let asked = Int64(max(.zero, min(serverDelay, .seconds(60))) / .milliseconds(1))
    let extra = Int64(Double(max(asked, 100)) * 0.2 * runtime.random())
    return .milliseconds(asked + extra)
  }
}
