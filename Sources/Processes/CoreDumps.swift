private import CSpawn
import Glibc

/// Core dumps of this process: its memory, written to a file when it crashes.
package enum CoreDumps {
  /// The soft limit before `disable`.
  private static let inherited: rlimit = {
    var limit = rlimit()
    unsafe getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    return limit
  }()

  /// Neither a core file nor a crash handler gets this process' memory, and no process of the same user
  /// can attach to it (setrlimit(2), prctl(2) `PR_SET_DUMPABLE`).
  ///
  /// Swift's own crash handler goes, too: at a terminal it shows registers and memory (SWIFT_BACKTRACE).
  /// To be called once, at the start.
  package static func disable() {
    for number in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGQUIT] {
      signal(number, SIG_DFL)
    }
    restrict()
  }

  private static func restrict() {
    var limit = inherited
    limit.rlim_cur = 0
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    _ = setNotDumpable()
  }

  /// While a program of the user's is started, which may dump its own memory as it likes. This process
  /// stays as it is, because the second measure is not inherited by what it executes.
  package static func allowingChildren<R>(_ start: () -> R) -> R {
    var limit = inherited
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    defer { restrict() }
    return start()
  }

  /// Whether this process is protected by both measures.
  package static var areDisabled: Bool {
    var limit = rlimit()
    unsafe getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    return limit.rlim_cur == 0 && isDumpable() == 0
  }
}
