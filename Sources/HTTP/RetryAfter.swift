package import Model

/// The value of a `Retry-After` header (RFC 9110 section 10.2.3): seconds, or a date.
package enum RetryAfter {
  /// The wait that it asks for; at most a day. `nil` for what is neither.
  ///
  /// - Parameters:
  ///   - date: the response's `Date`. A date is counted from it, as both are by the server's clock.
  ///   - now: from when a date is counted without it.
  package static func delay(_ header: String, date: String?, at now: Timestamp) -> Duration? {
    let start = date.flatMap { HTTPDate.read($0) } ?? now
    let seconds = Int64(header) ?? HTTPDate.read(header).map { $0.seconds(since: start) }
    return seconds.map { .seconds(max(0, min($0, 86_400))) }
  }
}

extension HTTPResponse {
  /// `nil` if the response has no `Retry-After`, or none that can be read.
  package func retryDelay(at now: Timestamp) -> Duration? {
    headers["retry-after"].flatMap { RetryAfter.delay($0, date: headers["date"], at: now) }
  }
}
