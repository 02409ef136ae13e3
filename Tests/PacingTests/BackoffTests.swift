import Pacing
import Testing

@Suite struct BackoffTests {
  @Test func aWaitIsWithinItsWindow() {
    let backoff = Backoff(first: 1, longest: 8)
    let windows = (0..<6).map { backoff.wait(attempt: $0, fraction: 0.999) }
    #expect(windows == [999, 1998, 3996, 7992, 7992, 7992].map { .milliseconds($0) })
    #expect(backoff.wait(attempt: 3, fraction: 0) == .zero)
    #expect(backoff.wait(attempt: 1000, fraction: 0.5) == .seconds(4))
  }

  @Test func withoutJitterAWaitIsTheWholeWindow() {
    let backoff = Backoff(first: 0.05, longest: 2, jitter: .none)
    let waits = (0..<7).map { backoff.wait(attempt: $0, fraction: 0) }
    #expect(waits == [50, 100, 200, 400, 800, 1600, 2000].map { .milliseconds($0) })
    #expect(Backoff.constant(0.5).wait(attempt: 9, fraction: 0.1) == .milliseconds(500))
  }
}
