import Dispatch
import Foundation
import Synchronization

/// The way of caught signals through this process: the handler writes a signal's number into a pipe, from
/// which a thread passes it on to the objects that catch it.
///
/// The handler is there when `add` returns, and a number that was written waits in the pipe, so no signal is
/// lost. Dispatch's sources of signals lose some: their handler is installed later, by another thread, and
/// only for the first source of each number in a process. A handler may do little (signal-safety(7)):
/// write(2) is allowed.
enum SignalPipe {
  enum Origin: Sendable {
    /// The kernel: a key or the end of a terminal, which signals the whole process group.
    case kernel
    case process
  }

  /// One object's part of the signals, which it handles one after another, in their order.
  final class Catcher: Sendable {
    fileprivate let numbers: Set<Int32>
    private let handle: @Sendable (Int32, Origin) -> Void
    private let queue = DispatchQueue(label: "signals")

    init(_ numbers: [Int32], _ handle: @escaping @Sendable (Int32, Origin) -> Void) {
      self.numbers = Set(numbers)
      self.handle = handle
    }

    fileprivate func take(_ number: Int32, _ origin: Origin) {
      queue.async { self.handle(number, origin) }
    }

    fileprivate func waitForHandler() { queue.sync {} }
  }

  private struct State {
    var catchers: [Catcher] = []
    /// Of what is caught, what this process ignored before.
    var ignored: Set<Int32> = []

    func isCaught(_ number: Int32) -> Bool {
      catchers.contains { $0.numbers.contains(number) }
    }
  }

  private static let state = Mutex(State())
  private static let writingEnd = Atomic<Int32>(-1)

  /// From now on these signals are the catcher's, and those of others who catch them too. In a process
  /// without a free descriptor they do what they did before.
  static func add(_ catcher: Catcher) {
    state.withLock { state in
      if writingEnd.load(ordering: .relaxed) < 0 { open() }
      guard writingEnd.load(ordering: .relaxed) >= 0 else { return }
      for number in catcher.numbers where !state.isCaught(number) {
        if CaughtSignals.isIgnored(number) { state.ignored.insert(number) }
        unsafe install(note, for: number)
      }
      state.catchers.append(catcher)
    }
  }

  /// What nobody catches any longer does again what it did before. When this returns, the catcher's handler
  /// has, and is not called again.
  static func remove(_ catcher: Catcher) {
    state.withLock { state in
      guard let index = state.catchers.firstIndex(where: { $0 === catcher }) else { return }
      state.catchers.remove(at: index)
      for number in catcher.numbers where !state.isCaught(number) {
        signal(number, state.ignored.remove(number) == nil ? SIG_DFL : SIG_IGN)
      }
    }
    catcher.waitForHandler()
  }

  private typealias Handler =
    @convention(c) (Int32, UnsafeMutablePointer<siginfo_t>?, UnsafeMutableRawPointer?) -> Void

  /// Marks the number of a signal that the kernel sent.
  private static let kernelBit: UInt8 = 0x80

  /// The handler.
  private static let note: Handler = { number, details, _ in
    let before = errno
    var byte = UInt8(truncatingIfNeeded: number)
    if let details = unsafe details, unsafe details.pointee.si_code == SI_KERNEL {
      byte |= kernelBit
    }
    _ = unsafe write(writingEnd.load(ordering: .relaxed), &byte, 1)
    errno = before
  }

  private static func install(_ handler: @escaping Handler, for number: Int32) {
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_sigaction = handler
    action.sa_flags = SA_SIGINFO | SA_RESTART
    _ = unsafe sigaction(number, &action, nil)
  }

  private static func open() {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    // A handler must not wait.
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    writingEnd.store(ends[1], ordering: .relaxed)
    Thread.detachNewThread { [end = ends[0]] in
      while let byte = next(from: end) {
        pass(on: Int32(byte & ~kernelBit), byte & kernelBit == 0 ? .process : .kernel)
      }
    }
  }

  private static func next(from end: Int32) -> UInt8? {
    var byte: UInt8 = 0
    var count = 0
    repeat { count = unsafe read(end, &byte, 1) } while count < 0 && errno == EINTR
    return count == 1 ? byte : nil
  }

  /// A signal whose catcher has ended meanwhile does what it does to every process.
  private static func pass(on number: Int32, _ origin: Origin) {
    let isCaught = state.withLock { state in
      let catchers = state.catchers.filter { $0.numbers.contains(number) }
      for catcher in catchers { catcher.take(number, origin) }
      return !catchers.isEmpty
    }
    if !isCaught { kill(getpid(), number) }
  }
}
