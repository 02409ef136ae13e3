/// When to give up on an operation, and how long to wait before each further attempt.
///
/// The caller decides which failures may be retried: only it knows whether a request may have been
/// carried out.
package struct RetryPolicy: Hashable, Sendable {
  package enum Limit: Hashable, Sendable {
    /// A number of attempts, including the first.
    case attempts(Int)
    /// No further attempt once this much time has passed since the first.
    case duration(Duration)
    /// Until it succeeds or the caller stops.
    case none
  }

  package let limit: Limit
  package let backoff: Backoff

  package init(_ limit: Limit, _ backoff: Backoff = Backoff()) {
    self.limit = limit
    self.backoff = backoff
  }
}
