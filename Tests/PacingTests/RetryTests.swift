import Pacing
import TestSupport
import Testing

@Suite struct RetryTests {
  /// Fails until the policy gives up.
  private func attempts(
    _ policy: RetryPolicy, _ time: TestRuntime, serverDelay: Duration? = nil
  ) async -> Int {
    var retry = Retry(policy, time.runtime)
    var attempts = 1
    while await retry.waitForNextAttempt(serverDelay: serverDelay) { attempts += 1 }
    return attempts
  }

  @Test(arguments: [1, 2, 6])
  func attemptsAreLimited(limit: Int) async {
    let time = TestRuntime()
    #expect(await attempts(RetryPolicy(.attempts(limit)), time) == limit)
    #expect(time.slept.count == limit - 1, "the last failure is reported at once")
  }

  @Test func anAttemptThatBeginsInTimeIsMade() async {
    let time = TestRuntime()
    let policy = RetryPolicy(.duration(.seconds(2)), .constant(0.5))
    #expect(await attempts(policy, time) == 5)
    #expect(time.slept == Array(repeating: .milliseconds(500), count: 4))
  }

  /// A clock that is set, or a server's that is noticed: on a host that is two hours ahead, the first
  /// response of a store moves the time back by as much.
  @Test(arguments: [-7200, 7200] as [Int64])
  func aClockThatStepsChangesNoDuration(seconds: Int64) async {
    let time = TestRuntime()
    var retry = Retry(RetryPolicy(.duration(.seconds(2)), .constant(0.5)), time.runtime)
    time.step(seconds: seconds)
    var attempts = 1
    while attempts < 100, await retry.waitForNextAttempt() { attempts += 1 }
    #expect(attempts == 5)
  }

  @Test func noDurationIsOneAttempt() async {
    #expect(await attempts(RetryPolicy(.duration(.zero)), TestRuntime()) == 1)
  }

  @Test func waitsGrowByTheBackoffAndItsJitter() async {
    let time = TestRuntime()
    _ = await attempts(RetryPolicy(.attempts(4), Backoff(first: 1, longest: 3)), time)
    #expect(time.slept == [500, 1000, 1500].map { .milliseconds($0) })
  }

  @Test(
    arguments: [
      (Duration.seconds(3), 3300), (.zero, 10), (.seconds(-5), 10), (.seconds(3600), 66_000),
    ] as [(Duration, Int64)])
  func theServersDelayReplacesTheBackoff(asked: Duration, milliseconds: Int64) async {
    let time = TestRuntime()
    _ = await attempts(RetryPolicy(.attempts(2)), time, serverDelay: asked)
    #expect(time.slept == [.milliseconds(milliseconds)])
  }

  @Test func withoutALimitItIsNeverExhausted() async {
    var retry = Retry(RetryPolicy(.none, .constant(1)), TestRuntime().runtime)
    for _ in 0..<1000 { await retry.wait() }
    #expect(!retry.isExhausted)
    #expect(retry.count == 1000)
  }

  @Test func aPolicyCanBecomeMorePatient() async {
    let time = TestRuntime()
    var retry = Retry(RetryPolicy(.duration(.seconds(1)), .constant(1)), time.runtime)
    #expect(await retry.waitForNextAttempt())
    #expect(retry.isExhausted)
    retry.policy = RetryPolicy(.duration(.seconds(3)), .constant(1))
    #expect(await retry.waitForNextAttempt())
    #expect(retry.count == 2)
  }
}
