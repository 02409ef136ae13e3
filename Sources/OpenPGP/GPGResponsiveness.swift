private import Synchronization

/// Whether gpg answers, which the operations of an engine share.
///
/// Once it did not answer within the deadline, every later operation fails at once, so that a command
/// waits for one deadline and not for one per value.
final class GPGResponsiveness: Sendable {
  enum State: Sendable {
    case unknown, answering, stalled
  }

  private let current = Mutex(State.unknown)

  var state: State { current.withLock { $0 } }

  func noteAnswer() {
    current.withLock { if $0 == .unknown { $0 = .answering } }
  }

  func noteStall() { current.withLock { $0 = .stalled } }
}
