import Foundation
import Processes
import Synchronization

/// The user's editor on one file, and what happens to signals while there is plain text in a file.
///
/// - SIGINT and SIGQUIT are passed to the editor, which may survive them: Ctrl-C is a command of most.
/// - Any other signal that ends a process is passed on, too; what has not ended after two seconds is
///   killed.
///
/// When the editor is not running, each of them ends this process. In every case `cleanUp` comes first.
final class EditorProcess: Sendable {
  private let control: Control
  private let signals: CaughtSignals

  init(cleanUp: @escaping @Sendable () -> Void) {
    let control = Control(cleanUp: cleanUp)
    self.control = control
    signals = CaughtSignals(CaughtSignals.ending) { control.handle($0) }
  }

  /// After the last run: signals do again what they do to every process.
  func end() { signals.end() }

  /// Runs the editor to its end.
  ///
  /// - Returns: whether it succeeded.
  func edit(_ path: String) throws(ChildProcess.NotStarted) -> Bool {
    let environment = ProcessInfo.processInfo.environment
    let editor = environment["VISUAL"] ?? environment["EDITOR"] ?? "vi"
    let child = try ChildProcess(["/bin/sh", "-c", "\(editor) \"$1\"", "sh", path])
    control.begin(child)
    let status = child.wait()
    control.finish(status)
    return status == 0
  }
}

/// What the handler of signals knows.
private final class Control: Sendable {
  private struct State {
    var child: ChildProcess?
    /// The last signal that came.
    var received: Int32?
  }

  private let state = Mutex(State())
  private let cleanUp: @Sendable () -> Void

  private static let patience: TimeInterval = 2

  init(cleanUp: @escaping @Sendable () -> Void) { self.cleanUp = cleanUp }

  func begin(_ child: ChildProcess) { state.withLock { $0.child = child } }

  /// Does not return if this process has to end as well. Of SIGINT and SIGQUIT the editor decides.
  func finish(_ status: Int32) {
    let received = state.withLock { state in
      state.child = nil
      defer { state.received = nil }
      return state.received
    }
    if let received, !Self.isForEditor(received) || status != 0 { endProcess(of: received) }
    // It may have ended of a Ctrl-C that this process has not handled yet.
    if let key = [SIGINT, SIGQUIT].first(where: { status == 128 + $0 }) { endProcess(of: key) }
  }

  private static func isForEditor(_ number: Int32) -> Bool { [SIGINT, SIGQUIT].contains(number) }

  func handle(_ number: Int32) {
    let child = state.withLock { state in
      state.received = number
      return state.child
    }
    guard let child else { endProcess(of: number) }
    child.signalWithDescendants(number)
    if Self.isForEditor(number) { return }
    // It may be suspended.
    child.signalWithDescendants(SIGCONT)
    Thread.sleep(forTimeInterval: Self.patience)
    child.signalWithDescendants(SIGKILL)
  }

  private func endProcess(of number: Int32) -> Never {
    cleanUp()
    CaughtSignals.die(of: number)
  }
}
