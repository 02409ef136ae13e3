import Foundation
import Synchronization

/// Passes signals that would end this process on to a child.
///
/// It takes over before the child is started: a signal that arrives between the start and the first
/// wait would otherwise end this process and leave the child running.
final class SignalForwarder {
  private enum Target {
    /// Signals that arrived before the child was there, in their order.
    case pending([Int32])
    case child(pid_t)
  }

  private final class State: Sendable {
    let target = Mutex(Target.pending([]))

    func handle(_ number: Int32) {
      target.withLock { target in
        switch target {
        case .pending(let numbers): target = .pending(numbers + [number])
        case .child(let process): kill(process, number)
        }
      }
    }
  }

  private let state = State()
  private let signals: CaughtSignals

  init() {
    signals = CaughtSignals([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2]) {
      [state] number in state.handle(number)
    }
  }

  /// From now on signals go to this child, those that arrived before included.
  func forward(to process: pid_t) {
    state.target.withLock { target in
      if case .pending(let numbers) = target {
        for number in numbers { kill(process, number) }
      }
      target = .child(process)
    }
  }
}
