package import Model

/// The lock that keeps two applies of one store apart.
package protocol ApplyLock: Sendable {
  /// Tries once to take the lock. `LockOutcome.init(of:over:silent:)` decides who gets it.
  ///
  /// - Parameter silent: a holder that the caller knows to be gone: it was watched for long enough, or
  ///   a person says so.
  func tryLock(
    _ holder: LockHolder, over silent: LockHolder?
  ) async throws(StoreError) -> LockOutcome

  /// - Throws: `lockLost` if another process took over the lock.
  func heartbeat(_ holder: LockHolder, at now: Timestamp) async throws(StoreError)

  /// Does nothing if the lock is no longer ours.
  func unlock(_ holder: LockHolder) async throws(StoreError)
}

extension ApplyLock {
  package func tryLock(_ holder: LockHolder) async throws(StoreError) -> LockOutcome {
    try await tryLock(holder, over: nil)
  }
}
