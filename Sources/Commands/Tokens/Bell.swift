import Pacing
import Synchronization

/// Ends a sleep early if something happens, also if it happened since the bell was last silenced.
final class Bell: Sendable {
  private let sleepers = Mutex(Sleepers())

  func ring() { sleepers.withLock { $0 }.wakeAll() }

  func silence() { sleepers.withLock { $0 = Sleepers() } }

  /// Returns after the duration, or once it rings.
  func sleep(for duration: Duration, _ runtime: Runtime) async {
    await sleepers.withLock { $0 }.sleep(for: duration, runtime)
  }
}
