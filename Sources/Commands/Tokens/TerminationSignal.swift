import Foundation
import Pacing
import Synchronization

/// SIGTERM and SIGINT as a value to poll, so that work in progress is finished first.
final class TerminationSignal: Sendable {
  private let sleepers = Sleepers()
  private let runtime: Runtime
  private let signals: CaughtSignals

  /// From now on these signals do not kill the process.
  init(_ runtime: Runtime) {
    self.runtime = runtime
    signals = CaughtSignals([SIGTERM, SIGINT]) { [sleepers] _ in sleepers.wakeAll() }
  }

  var isReceived: Bool { sleepers.isOver }

  /// Returns after the duration, or when a signal comes.
  func sleep(for duration: Duration) async {
    await withTaskGroup { group in
      let id = UUID()
      group.addTask { [runtime] in await runtime.sleep(duration) }
      group.addTask { [sleepers] in await sleepers.wait(id) }
      await group.next()
      group.cancelAll()
      sleepers.wake(id)
    }
  }

  /// The same runtime, whose sleeps a signal ends.
  func endingSleeps(of runtime: Runtime) -> Runtime {
    Runtime(
      now: runtime.now, sleep: { await self.sleep(for: $0) }, random: runtime.random)
  }
}

/// Tasks that sleep until the signal.
private final class Sleepers: Sendable {
  private struct State {
    var isOver = false
    var sleepers: [UUID: CheckedContinuation<Void, Never>] = [:]
    /// Tasks that were woken before they slept.
    var awake: Set<UUID> = []
  }

  private let state = Mutex(State())

  var isOver: Bool { state.withLock { $0.isOver } }

  func wakeAll() {
    let sleepers = state.withLock { state in
      defer { state.sleepers = [:] }
      state.isOver = true
      return state.sleepers.values.map { $0 }
    }
    for sleeper in sleepers { sleeper.resume() }
  }

  func wait(_ id: UUID) async {
    await withCheckedContinuation { continuation in
      let isAwake = state.withLock { state in
        if state.isOver || state.awake.remove(id) != nil { return true }
        state.sleepers[id] = continuation
        return false
      }
      if isAwake { continuation.resume() }
    }
  }

  func wake(_ id: UUID) {
    let sleeper = state.withLock { state in
      let sleeper = state.sleepers.removeValue(forKey: id)
      if sleeper == nil, !state.isOver { state.awake.insert(id) }
      return sleeper
    }
    sleeper?.resume()
  }
}
