import Model
import Processes
import Reports
import TestSupport
import Testing

@testable import Commands

/// What the service manager hears, by a clock that somebody sets.
@Suite struct ServiceStateTests {
  private let time = TestRuntime()
  private let scratch: TemporaryFolder
  private let socket: NotificationSocket
  private let state: ServiceState

  init() throws {
    scratch = try TemporaryFolder()
    socket = try NotificationSocket(scratch.path + "/notify")
    var metrics = RenewalMetrics(version: "1")
    for name in ["staging", "prod"] { metrics.environments[name] = .init() }
    state = ServiceState(
      metrics, file: nil, server: nil,
      manager: ServiceManager(environment: ["NOTIFY_SOCKET": scratch.path + "/notify"]),
      console: Console(colour: .never), runtime: time.runtime)
  }

  private func pass(_ names: String...) {
    var environment = RenewalMetrics.Environment()
    environment.lastPass = time.now
    for name in names { state.publish(environment, of: name) }
  }

  private func isAlive() -> Bool {
    state.reportAlive()
    return socket.rest().contains("WATCHDOG=1")
  }

  @Test(arguments: [3600, -3600, 0])
  func aClockThatIsSetKillsNoService(seconds: Int64) {
    pass("staging", "prod")
    time.step(seconds: seconds)
    #expect(isAlive())
    time.advance(seconds: 60)
    #expect(isAlive())
  }

  @Test(arguments: [3600, -3600, 0])
  func aHungEnvironmentIsNotAliveWhateverTheClockSays(seconds: Int64) {
    pass("staging", "prod")
    time.advance(seconds: ServicePasses.maxAge + 1)
    time.step(seconds: seconds)
    pass("staging")
    #expect(!isAlive())
    pass("prod")
    #expect(isAlive())
  }

  @Test func nothingIsAliveBeforeAllWereLookedAtOrAfterTheEnd() {
    #expect(!isAlive())
    pass("staging")
    #expect(!isAlive())
    pass("prod")
    #expect(isAlive())
    state.reportStopping()
    #expect(!isAlive())
  }
}
