package import CSpawn
import Glibc
import Synchronization

/// A child process: started by posix_spawn(3), signalled, and waited for by waitpid(2).
///
/// It inherits three descriptors and no more, and starts with no signal ignored or blocked.
/// Foundation's `Process` is not used: its wait needs a socket, which an empty network namespace
/// does not have, and sometimes never returns after the child has ended.
package final class ChildProcess: Sendable {
  /// The source of one of the first three descriptors.
  package enum Stream: Sendable {
    case inherited
    /// `/dev/null`.
    case null
    /// A duplicate of one of our descriptors.
    case descriptor(Int32)
  }

  /// Why the process was not started: `errno`.
  package struct NotStarted: Error {
    package let code: Int32
    package var reason: String { unsafe String(cString: strerror(code)) }
  }

  package let id: Int32
  /// The exit code, once it was asked for.
  let ended = Mutex<Int32?>(nil)

  /// - Parameters:
  ///   - arguments: the program first; without a slash, it is looked up in PATH.
  ///   - environment: the whole environment, by name; `nil` inherits ours.
  ///   - folder: the working folder; `nil` inherits ours.
  ///   - leadsGroup: it gets a process group of its own, which a terminal's signals do not reach.
  package init(
    _ arguments: [String], environment: [String: String]? = nil, folder: String? = nil,
    input: Stream = .inherited, output: Stream = .inherited, errors: Stream = .inherited,
    leadsGroup: Bool = false
  ) throws(NotStarted) {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    if let folder { unsafe posix_spawn_file_actions_addchdir_np(&actions, folder) }
    for (number, stream) in [input, output, errors].enumerated() {
      switch stream {
      case .inherited: break
      case .null:
        unsafe posix_spawn_file_actions_addopen(
          &actions, Int32(number), "/dev/null", number == 0 ? O_RDONLY : O_WRONLY, 0)
      case .descriptor(let descriptor):
        unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
      }
    }
    unsafe posix_spawn_file_actions_addclosefrom_np(&actions, 3)
    var process: pid_t = 0
    let failure = unsafe withCStrings(arguments) { arguments in
      unsafe withCStrings(environment?.map { "\($0)=\($1)" } ?? []) { variables in
        unsafe Self.withUnblockedSignals(leadsGroup: leadsGroup) { attributes -> Int32 in
          guard let program = unsafe arguments[0] else { return EINVAL }
          return unsafe posix_spawnp(
            &process, program, &actions, attributes, arguments,
            environment == nil ? environ : variables)
        }
      }
    }
    guard failure == 0 else { throw NotStarted(code: failure) }
    id = process
  }

  package var isRunning: Bool {
    ended.withLock { ended in
      var status: Int32 = 0
      if ended == nil, unsafe waitpid(id, &status, WNOHANG) == id {
        ended = Self.exitCode(of: status)
      }
      return ended == nil
    }
  }

  /// Waits until the process ends; several threads may wait at once.
  ///
  /// - Returns: the exit code; 128 plus the signal's number if a signal ended it, as in shells.
  @discardableResult
  package func wait() -> Int32 {
    // A process that has ended keeps its id until it is reaped, which happens under the lock.
    Self.waitForEnd(of: id)
    return ended.withLock { ended in
      if let ended { return ended }
      let code = Self.reaped(id)
      ended = code
      return code
    }
  }

  /// Does nothing if the process has ended.
  package func signal(_ number: Int32) {
    ended.withLock { if $0 == nil { kill(id, number) } }
  }

  /// Lends attributes with which a child blocks no signal.
  ///
  /// - Parameters:
  ///   - keepsIgnored: whether it ignores what this process was started to ignore (nohup(1)). What we catch
  ///     does again in any child what it did before.
  ///   - leadsGroup: whether it gets a process group of its own.
  package static func withUnblockedSignals(
    keepsIgnored: Bool = false, leadsGroup: Bool = false,
    _ work: (UnsafePointer<posix_spawnattr_t>) -> Int32
  ) -> Int32 {
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    unsafe sigfillset(&signals)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    let flags =
      POSIX_SPAWN_SETSIGMASK | (keepsIgnored ? 0 : POSIX_SPAWN_SETSIGDEF)
      | (leadsGroup ? POSIX_SPAWN_SETPGROUP : 0)
    unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
    return unsafe work(&attributes)
  }

  /// Waits for a child, which is not reaped.
  package static func waitForEnd(of id: Int32) {
    var found = unsafe siginfo_t()
    while unsafe waitid(P_PID, id_t(id), &found, WEXITED | WNOWAIT) < 0, errno == EINTR {}
  }

  /// Waits for a child and returns its exit code, as `wait()` does.
  package static func reaped(_ id: Int32) -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(id, &status, 0) < 0, errno == EINTR {}
    return exitCode(of: status)
  }

  private static func exitCode(of status: Int32) -> Int32 {
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }
}

/// Lends a NULL-terminated array of C strings.
private func withCStrings<R>(
  _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
) -> R {
  var list = unsafe texts.map { unsafe strdup($0) } + [nil]
  defer { unsafe list.forEach { unsafe free($0) } }
  return unsafe list.withUnsafeMutableBufferPointer { buffer in
    guard let base = buffer.baseAddress else { preconditionFailure("the list is never empty") }
    return unsafe body(base)
  }
}
