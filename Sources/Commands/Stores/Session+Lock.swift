import Applying
import Diagnostics
import Foundation
import Model
import Pacing
import Stores

extension Session {
  /// Does work under the store's lock, which is always released, also if a signal arrives: what is in
  /// progress is finished first.
  func underLock<R>(
    waitingAtMost seconds: Int64, _ console: Console, _ work: (StoreLock) async throws -> R
  ) async throws -> R {
    try await underLock(waitingAtMost: seconds, TerminationSignal(runtime), console, work)
  }

  /// - Parameter termination: of work under several locks.
  func underLock<R>(
    waitingAtMost seconds: Int64, _ termination: TerminationSignal, _ console: Console,
    _ work: (StoreLock) async throws -> R
  ) async throws -> R {
    let lock = lock { termination.isReceived }
    try await take(lock, waitingAtMost: seconds, console)
    if let warning = clockWarning { console.report([warning]) }
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

  private func take(
    _ lock: StoreLock, waitingAtMost seconds: Int64, _ console: Console
  ) async throws {
    let notice: @Sendable (Diagnostic) async -> Void = { console.report([$0]) }
    do {
      try await lock.take(waitingAtMost: seconds, notice: notice)
    } catch {
      throw lock.isEnding() ? Failure(error, outcome: .interrupted) : Failure(error)
    }
  }

  /// - Parameter isEnding: whether the process was asked to end.
  func lock(isEnding: @escaping @Sendable () -> Bool) -> StoreLock {
    let now = runtime.now()
    let process = ProcessInfo.processInfo.processIdentifier
    return StoreLock(
      store,
      LockHolder(
        token: UUID().uuidString, who: author.name,
        host: HostIdentity.host,
        processID: process, processStart: ProcessIdentity.start(of: process), since: now,
        lastSeen: now),
      runtime: runtime, isEnding: isEnding)
  }
}

extension StoreLock {
  /// Does work with the lock kept alive.
  ///
  /// - Throws: that the lock was lost; then the work was cancelled.
  func whileKeptAlive<R: Sendable>(
    _ work: @escaping @Sendable () async throws -> R
  ) async throws -> R {
    let (result, lost) = await keepingAlive { () async -> Result<R, any Error> in
      do {
        return .success(try await work())
      } catch {
        return .failure(error)
      }
    }
    if let lost { throw Failure(lost, outcome: .partly) }
    return try result.get()
  }
}
