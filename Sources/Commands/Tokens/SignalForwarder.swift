import Foundation
import Synchronization

/// Signals of a process that runs a child: they end this process, wait while it exchanges tokens, and
/// go to the child once that runs.
///
/// What a terminal sends, it sends to the child itself, which is in the same process group. Signals that this
/// process ignores (nohup(1)) stay ignored, here and there.
///
/// It takes over before the child is started: a signal that arrives between the start and the first
/// wait would otherwise end this process and leave the child running.
final class SignalForwarder: Sendable {
  private enum Target {
    /// Nothing is in progress: what they do to every process.
    case ownProcess
    /// Signals that arrived meanwhile, in their order.
    case pending([Int32])
    case child(pid_t)
    /// The child is being ended to be started again, which signals wait for.
    case endingChild(pid_t, pending: [Int32])
    /// The child has ended, and this process is about to.
    case nobody
  }

  private final class State: Sendable {
    let target = Mutex(Target.ownProcess)

    func handle(_ number: Int32, from origin: SignalPipe.Origin) {
      target.withLock { target in
        switch target {
        case .ownProcess: CaughtSignals.die(of: number)
        case .pending(let numbers): target = .pending(numbers + [number])
        case .child(let process): if origin == .process { kill(process, number) }
        case .endingChild(let process, let numbers):
          target = .endingChild(process, pending: numbers + [number])
        case .nobody: break
        }
      }
    }
  }

  private let state = State()
  private let signals: CaughtSignals

  init() {
    let numbers = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2]
      .filter { !CaughtSignals.isIgnored($0) }
    signals = CaughtSignals(numbers, withOrigin: { [state] in state.handle($0, from: $1) })
  }

  /// Whether a signal waits, or the child has ended.
  var isEnding: Bool {
    state.target.withLock { target in
      switch target {
      case .ownProcess, .child, .endingChild: false
      case .pending(let numbers): !numbers.isEmpty
      case .nobody: true
      }
    }
  }

  /// Does work that a signal must not cut off; a signal that arrives during it ends this process
  /// afterwards. While a child runs, signals are its own, and cut off nothing here.
  func deferring<R>(_ work: () async -> R) async -> R {
    let isHeld = state.target.withLock { target in
      guard case .ownProcess = target else { return false }
      target = .pending([])
      return true
    }
    let result = await work()
    guard isHeld else { return result }
    state.target.withLock { target in
      if case .pending(let numbers) = target, let number = numbers.first {
        CaughtSignals.die(of: number)
      }
      target = .ownProcess
    }
    return result
  }

  /// From now on signals wait for a child.
  func hold() {
    state.target.withLock { target in
      if case .ownProcess = target { target = .pending([]) }
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

  /// Sends the child a signal; does nothing if it has ended.
  func send(_ number: Int32) {
    state.target.withLock { target in
      switch target {
      case .child(let process), .endingChild(let process, _): kill(process, number)
      case .ownProcess, .pending, .nobody: break
      }
    }
  }

  /// Asks the child to end; from now on signals wait for the next one.
  ///
  /// - Returns: false if it has ended by itself.
  func endChild() -> Bool {
    state.target.withLock { target in
      guard case .child(let process) = target else { return false }
      kill(process, SIGTERM)
      target = .endingChild(process, pending: [])
      return true
    }
  }

  /// The child has ended, and nothing is sent to it from now on: its id is about to be free.
  func childEnded() {
    state.target.withLock { target in
      if case .endingChild(_, let numbers) = target {
        target = .pending(numbers)
      } else {
        target = .nobody
      }
    }
  }
}
