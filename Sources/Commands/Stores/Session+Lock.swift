import Applying
import Diagnostics
import Foundation
import Model
import Pacing
import Stores

extension Session {
  /// Does work under the store's lock, which is always released.
  func underLock<R>(
    waitingAtMost seconds: Int64, _ console: Console, _ work: (StoreLock) async throws -> R
  ) async throws -> R {
    let lock = lock()
    try await lock.take(waitingAtMost: seconds) { console.report([$0]) }
    do {
      let result = try await work(lock)
      do {
        try await lock.release()
      } catch {
        // The work is done, and the lock expires.
        console.report([error.asWarning])
      }
      return result
    } catch {
      try? await lock.release()
      throw error
    }
  }

  private func lock() -> StoreLock {
    let now = runtime.now()
    let process = ProcessInfo.processInfo.processIdentifier
    return StoreLock(
      store,
      LockHolder(
        token: UUID().uuidString, who: "\(HostIdentity.user)@\(HostIdentity.host)",
        host: HostIdentity.host,
        processID: process, processStart: ProcessIdentity.start(of: process), since: now,
        lastSeen: now),
      runtime: runtime)
  }
}
