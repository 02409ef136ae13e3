import Glibc
import Processes
import Synchronization
import TestOpenBao
import TestSupport

extension TokenSandbox {
  /// Runs vaultctl, and kills it right after its nth write to the store.
  ///
  /// - Returns: whether it was killed; else it ended before.
  func isKilled(
    _ arguments: [String], through proxy: BaoProxy, at number: Int
  ) async throws -> Bool {
    let process = Mutex<ChildProcess?>(nil)
    let isKilled = Mutex(false)
    proxy.watch { found, when in
      guard found >= number, when == .after, !isKilled.withLock({ $0 }) else { return }
      process.withLock { process in
        guard let process else { return }
        process.signal(SIGKILL)
        isKilled.withLock { $0 = true }
      }
    }
    try process.withLock { $0 = try sandbox.start(arguments) }
    let started = process.withLock { $0 }
    try await apart { _ = started?.wait() }
    proxy.watch { _, _ in }
    return isKilled.withLock { $0 }
  }
}
