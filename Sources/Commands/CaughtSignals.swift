import Dispatch
import Foundation
import Processes
import Synchronization

/// Signals that do not end this process while this object exists, but are handled on a thread of
/// Dispatch's.
///
/// A handler of sigaction(2) could do next to nothing (signal-safety(7)).
final class CaughtSignals: Sendable {
  /// What ends a process that does not expect it, and can be caught (signal(7)).
  static let ending = [
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGPROF,
    SIGXCPU,
    SIGXFSZ,
  ]

  private let numbers: [Int32]
  /// Set once and only cancelled.
  private nonisolated(unsafe) let sources: [any DispatchSourceSignal]
  private let hasEnded = Mutex(false)

  init(_ numbers: [Int32], _ handle: @escaping @Sendable (Int32) -> Void) {
    self.numbers = numbers
    unsafe sources = numbers.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { handle(number) }
      source.resume()
      return source
    }
  }

  deinit { end() }

  /// The signals do again what they do to every process.
  func end() {
    hasEnded.withLock { hasEnded in
      if hasEnded { return }
      hasEnded = true
      for source in unsafe sources { source.cancel() }
      for number in numbers { signal(number, SIG_DFL) }
    }
  }

  /// Whether this process ignores the signal, as its parent arranged it.
  static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    let current = unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
    let ignoring = unsafe unsafeBitCast(SIG_IGN, to: Int.self)
    return current == ignoring
  }

  /// Ends this process as the signal would have, so that its parent sees why.
  static func die(of number: Int32) -> Never {
    signal(number, SIG_DFL)
    var only = sigset_t()
    unsafe sigemptyset(&only)
    unsafe sigaddset(&only, number)
    unsafe pthread_sigmask(SIG_UNBLOCK, &only, nil)
    raise(number)
    _exit(128 + number)
  }
}
