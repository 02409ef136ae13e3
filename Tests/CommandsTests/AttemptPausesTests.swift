import Commands
import Model
import Renewing
import Stores
import TestSupport
import Testing
import Tokens

@Suite struct AttemptPausesTests {
  @Test(
    arguments: [
      .stopped(.local("no key")), .needsAuthorization(.noRefreshToken),
      .storeFailed(.unavailable("it is away")), .unsaved("it is away", .written),
    ] as [RenewalOutcome])
  func anOutcomeThatNoRecordHoldsOffIsRepeatedRarely(outcome: RenewalOutcome) throws {
    let clock = TestRuntime()
    let pauses = AttemptPauses(clock.runtime)
    let name = try #require(ConnectionName("crm"))
    var attempts = 0
    for _ in 0..<3600 {
      if let pause = pauses.pause(of: name) {
        #expect(pause.outcome == outcome)
        #expect(pauses.end(of: name).map { $0 > clock.now } ?? false)
      } else {
        #expect(pauses.end(of: name) == nil)
        attempts += 1
        pauses.note(outcome, of: name)
        // A clock that is set back, or forward, lengthens no pause and ends none.
        clock.step(seconds: attempts.isMultiple(of: 2) ? -7200 : 7200)
      }
      clock.advance(seconds: 1)
    }
    #expect((10...25).contains(attempts), "\(attempts) in an hour")
    pauses.note(.notDue(until: nil), of: name)
    #expect(pauses.pause(of: name) == nil)
  }
}
