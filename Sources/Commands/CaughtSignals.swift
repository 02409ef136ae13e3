import Foundation

/// Signals that do not end this process while this object exists, but are handled on a thread of
/// Dispatch's, one after another.
final class CaughtSignals: Sendable {
  /// What ends a process that does not expect it, and can be caught (signal(7)).
  static let ending = [
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGPROF,
    SIGXCPU,
    SIGXFSZ,
  ]

  private let catcher: SignalPipe.Catcher

  /// They are caught when this returns.
  convenience init(_ numbers: [Int32], _ handle: @escaping @Sendable (Int32) -> Void) {
    self.init(numbers, withOrigin: { number, _ in handle(number) })
  }

  /// They are caught when this returns.
  init(
    _ numbers: [Int32], withOrigin handle: @escaping @Sendable (Int32, SignalPipe.Origin) -> Void
  ) {
    catcher = SignalPipe.Catcher(numbers, handle)
    SignalPipe.add(catcher)
  }

  deinit { end() }

  /// Signals that no other object catches do again what they did before.
  func end() { SignalPipe.remove(catcher) }

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
