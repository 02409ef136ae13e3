import Foundation
import Pacing
import Synchronization

/// Tasks that sleep until something is over.
package final class Sleepers: Sendable {
  private struct State {
    var isOver = false
    var sleepers: [UUID: CheckedContinuation<Void, Never>] = [:]
    /// Tasks that were woken before they slept.
    var awake: Set<UUID> = []
  }

  private let state = Mutex(State())

  package init() {}

  var isOver: Bool { state.withLock { $0.isOver } }

  /// Returns after the duration, or when it is over.
  func sleep(for duration: Duration, _ runtime: Runtime) async {
    await withTaskGroup { group in
      let id = UUID()
      group.addTask { await runtime.sleep(duration) }
      group.addTask { await self.wait(id) }
      await group.next()
      group.cancelAll()
      wake(id)
    }
  }

  /// Returns when it is over.
  package func wait() async { await wait(UUID()) }

  package func wakeAll() {
    let sleepers = state.withLock { state in
      defer { state.sleepers = [:] }
      state.isOver = true
      return state.sleepers.values.map { $0 }
    }
    for sleeper in sleepers { sleeper.resume() }
  }

  private func wait(_ id: UUID) async {
    await withCheckedContinuation { continuation in
      let isAwake = state.withLock { state in
        if state.isOver || state.awake.remove(id) != nil { return true }
        state.sleepers[id] = continuation
        return false
      }
      if isAwake { continuation.resume() }
    }
  }

  private func wake(_ id: UUID) {
    let sleeper = state.withLock { state in
      let sleeper = state.sleepers.removeValue(forKey: id)
      if sleeper == nil, !state.isOver { state.awake.insert(id) }
      return sleeper
    }
    sleeper?.resume()
  }
}
