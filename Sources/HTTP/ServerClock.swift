package import Model
import Synchronization

/// A server's clock, by the dates of its responses, for the processes of all hosts that use it: theirs
/// may differ.
package final class ServerClock: Sendable {
  /// Seconds by which a new date must differ from what is known: dates have no fractions, and time
  /// must not go back and forth.
  private static let tolerance: Int64 = 3

  private let skew = Mutex<Int64>(0)

  package init() {}

  /// Seconds that it is ahead of ours; 0 before the first response, and for less than five.
  package var skewSeconds: Int64 { skew.withLock { $0 } }

  /// The server's time.
  ///
  /// - Parameter now: ours.
  package func time(at now: Timestamp) -> Timestamp { now.adding(seconds: skewSeconds) }

  /// - Parameter found: of a response.
  package func note(skewSeconds found: Int64) {
    skew.withLock { skew in
      if abs(found - skew) >= Self.tolerance { skew = found }
    }
  }
}

/// Reads a server's clock from its responses.
package struct ClockReadingTransport: HTTPTransport {
  private let http: any HTTPTransport
  private let clock: ServerClock
  private let now: @Sendable () -> Timestamp

  /// - Parameter now: this machine's clock.
  package init(
    _ http: any HTTPTransport, clock: ServerClock, now: @escaping @Sendable () -> Timestamp
  ) {
    self.http = http
    self.clock = clock
    self.now = now
  }

  package func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    let sentAt = now()
    let response = try await http.send(request)
    let date = response.headers["date"]
    if let skew = HTTPDate.skewSeconds(of: date, sentAt: sentAt, receivedAt: now()) {
      clock.note(skewSeconds: skew)
    }
    return response
  }
}
