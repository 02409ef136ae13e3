private import Dispatch
private import Synchronization

/// Blocking work on a thread of its own, with a deadline.
enum BlockingCall {
  /// The work's result, or `nil` at the deadline. The thread then lasts until the work returns,
  /// because a C library cannot be interrupted.
  static func result<R: Sendable>(
    within deadline: Duration, _ work: @escaping @Sendable () -> R
  ) async -> R? {
    await withCheckedContinuation { continuation in
      let waiter = Waiter(continuation)
      DispatchQueue(label: "vaultctl.gpg.call").async { waiter.resume(returning: work()) }
      let (seconds, attoseconds) = deadline.components
      let end =
        DispatchTime.now() + .seconds(Int(seconds))
        + .nanoseconds(Int(attoseconds / 1_000_000_000))
      DispatchQueue.global().asyncAfter(deadline: end) { waiter.resume(returning: nil) }
    }
  }

  /// Resumed by the first of the two.
  private final class Waiter<R: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<R?, Never>?>

    init(_ continuation: CheckedContinuation<R?, Never>) {
      self.continuation = Mutex(continuation)
    }

    func resume(returning result: R?) {
      let waiting = continuation.withLock { continuation in
        defer { continuation = nil }
        return continuation
      }
      waiting?.resume(returning: result)
    }
  }
}
