package import Model

/// Brings what a store keeps in the previous format, in which records have no owner, to the current one.
///
/// Needed for stores that several projects may use: which of them a record belongs to, only a person
/// can say.
package protocol StoreUpgrade: Sendable {
  /// Makes the store's owner the owner of these connections, and moves what belongs to their records
  /// (the store's key, tokens, what a killed run left) to the owner's own place. Under the store's
  /// lock, and under the one that earlier versions take; running it again is harmless.
  ///
  /// - Parameter holder: who holds the store's lock.
  /// - Returns: the connections that had no owner and have one now.
  /// - Throws: `refused` if an apply of an earlier version is running.
  func claim(
    _ names: Set<ConnectionName>, by provenance: Provenance, holding holder: LockHolder
  ) async throws(StoreError) -> Set<ConnectionName>
}

extension ApplyLock {
  /// Does work under the lock of the previous format, which is always released.
  ///
  /// - Throws: `refused` if an apply of an earlier version is running.
  package func whileEarlierVersionsWait<R: Sendable>(
    _ holder: LockHolder, _ work: @Sendable () async throws(StoreError) -> R
  ) async throws(StoreError) -> R {
    if case .held(let other) = try await tryLock(holder) {
      throw .refused(
        "an apply of an earlier version by \(other.who) (process \(other.processID)) has not ended")
    }
    let result: R
    do throws(StoreError) {
      result = try await work()
    } catch {
      try? await unlock(holder)
      throw error
    }
    try await unlock(holder)
    return result
  }
}
