package import Model

/// The lock that keeps two applies of one store apart.
package protocol ApplyLock: Sendable {
  /// Tries once to take the lock. `LockOutcome.init(of:over:)` decides whose it is.
  func tryLock(_ holder: LockHolder) async throws(StoreError) -> LockOutcome

  /// - Throws: `lockLost` where somebody took the lock over.
  func heartbeat(_ holder: LockHolder, at now: Timestamp) async throws(StoreError)

  /// Nothing happens where the lock is no longer ours.
  func unlock(_ holder: LockHolder) async throws(StoreError)
}
