import HTTP
import Model
import TestSupport
import Testing

@Suite struct ServerClockTests {
  /// A server whose responses have one date.
  private struct Dated: HTTPTransport {
    let date: String?

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
      HTTPResponse(status: 204, headers: date.map { ["date": $0] } ?? [:], body: [])
    }
  }

  private func skew(_ dates: [String?]) async throws -> Int64 {
    let (clock, time) = (ServerClock(), TestRuntime())
    for date in dates {
      let http = ClockReadingTransport(Dated(date: date), clock: clock, now: { time.now })
      _ = try await http.send(HTTPRequest(.get, "https://bao.example.com"))
    }
    #expect(clock.time(at: time.now) == time.now.adding(seconds: clock.skewSeconds))
    return clock.skewSeconds
  }

  @Test func aServersDateIsItsTime() async throws {
    // Ours is 14:13:20.
    #expect(try await skew(["Mon, 21 Sep 2026 12:13:20 GMT"]) == -7200)
    #expect(try await skew(["Mon, 21 Sep 2026 14:14:20 GMT", nil, "soon"]) == 60)
    #expect(try await skew(["Mon, 21 Sep 2026 14:13:24 GMT"]) == 0)
    // Dates have no fractions: a second more or less sets no clock back.
    #expect(
      try await skew(["Mon, 21 Sep 2026 14:14:20 GMT", "Mon, 21 Sep 2026 14:14:19 GMT"]) == 60)
    #expect(
      try await skew(["Mon, 21 Sep 2026 14:14:20 GMT", "Mon, 21 Sep 2026 14:13:20 GMT"]) == 0)
  }
}
