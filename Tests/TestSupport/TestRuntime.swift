import FoundationEssentials
package import Model
package import Pacing
import Synchronization

/// A runtime whose time a test moves: time passes by sleeping, which takes none, and stands still
/// otherwise.
package final class TestRuntime: Sendable {
  private struct State {
    var now: Timestamp
    var elapsed = Duration.zero
    var slept: [Duration] = []
  }

  private let state: Mutex<State>
  private let random: Double

  package init(
    _ start: Timestamp = Timestamp(milliseconds: 1_790_000_000_000), random: Double = 0.5
  ) {
    state = Mutex(State(now: start))
    self.random = random
  }

  package var now: Timestamp { state.withLock { $0.now } }

  /// The sleeps so far, in order.
  package var slept: [Duration] { state.withLock { $0.slept } }

  package func advance(seconds: Int64) { advance(.seconds(seconds)) }

  private func advance(_ duration: Duration) {
    let milliseconds = Int64(duration / .milliseconds(1))
    state.withLock { state in
      state.now = Timestamp(milliseconds: state.now.milliseconds + milliseconds)
      state.elapsed += duration
    }
  }

  /// Sets the clock forward, or back, while no time passes.
  package func step(seconds: Int64) { state.withLock { $0.now = $0.now.adding(seconds: seconds) } }

  package var runtime: Runtime {
    runtime { duration in
      self.state.withLock { $0.slept.append(duration) }
      self.advance(duration)
      // Others that wait have their turn.
      await Task.yield()
    }
  }

  /// The same time, with sleeps that take real time and do not move it.
  package var sleepingReally: Runtime { runtime { try? await Task.sleep(for: $0) } }

  /// The same time, with sleeps that last until the task is cancelled.
  package var sleepingUntilCancelled: Runtime {
    runtime { _ in try? await Task.sleep(for: .seconds(3600)) }
  }

  private func runtime(sleep: @escaping @Sendable (Duration) async -> Void) -> Runtime {
    Runtime(
      now: { self.now }, elapsed: { self.state.withLock { $0.elapsed } }, sleep: sleep,
      random: { [random] in random })
  }
}

extension Runtime {
  /// The system's own time, for tests with real servers.
  package static let real: Runtime = {
    let start = ContinuousClock.now
    return Runtime(
      now: { Timestamp(.now) }, elapsed: { ContinuousClock.now - start },
      sleep: { try? await Task.sleep(for: $0) }, random: { 0.5 })
  }()
}
