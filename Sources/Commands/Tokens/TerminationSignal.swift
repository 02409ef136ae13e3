import Foundation
import Pacing

/// SIGTERM, SIGINT and SIGHUP as a value to poll, so that work in progress is finished first.
final class TerminationSignal: Sendable {
  private let sleepers = Sleepers()
  private let runtime: Runtime
  private let signals: CaughtSignals

  /// From now on these signals do not kill the process. Those that it ignores (nohup(1)) stay ignored.
  init(_ runtime: Runtime) {
    self.runtime = runtime
    let numbers = [SIGTERM, SIGINT, SIGHUP].filter { !CaughtSignals.isIgnored($0) }
    signals = CaughtSignals(numbers) { [sleepers] _ in sleepers.wakeAll() }
  }

  var isReceived: Bool { sleepers.isOver }

  /// Returns when a signal comes.
  func wait() async { await sleepers.wait() }

  /// Returns after the duration, or when a signal comes.
  func sleep(for duration: Duration) async {
    await sleepers.sleep(for: duration, runtime)
  }

  /// With the runtime's time and randomness, and sleeps that the signal ends.
  func endingSleeps(of runtime: Runtime) -> Runtime {
    Runtime(
      now: runtime.now, elapsed: runtime.elapsed, sleep: { await self.sleep(for: $0) },
      random: runtime.random)
  }
}
