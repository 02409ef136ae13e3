package import Model
package import Stores

extension OpenBaoBackend: ApplyLock {
  package func tryLock(
    _ holder: LockHolder, over silent: LockHolder?
  ) async throws(StoreError) -> LockOutcome {
    let outcome = try await lock.tryLock(holder, over: silent)
    switch outcome {
    case .held: break
    // What was read before the lock was taken may be outdated.
    case .acquired, .takenOver: forgetEntries()
    }
    return outcome
  }

  package func heartbeat(_ holder: LockHolder, at now: Timestamp) async throws(StoreError) {
    try await lock.heartbeat(holder, at: now)
  }

  package func unlock(_ holder: LockHolder) async throws(StoreError) {
    try await lock.unlock(holder)
  }
}

extension OpenBaoBackend: ApplyJournal {
  /// All intents are written before anything else, so a change journals nothing itself.
  package func beginRun(
    _ intents: [StoreIntent], by provenance: Provenance
  ) async throws(StoreError) -> ApplyRun {
    try await engine.api.learnTokensEnd()
    try await journal.begin(intents, by: provenance)
    return ApplyRun(
      writer: self,
      abandon: { [journal] name async throws(StoreError) in await journal.finish(name) },
      end: { [journal] _ async throws(StoreError) in try await journal.end() })
  }

  /// Looks up the result of each change that a killed run intended.
  package func recoverInterruptedRuns() async throws(StoreError) -> [InterruptedRun] {
    guard let run = try await journal.interrupted() else { return [] }
    _ = try await readEntries()
    var done = run.planned - run.intents.count
    var inDoubt: [ConnectionName] = []
    for intent in run.intents {
      switch try await recover(intent) {
      case .done: done += 1
      case .begun: inDoubt.append(intent.connection)
      case .untouched: break
      }
    }
    try await journal.close(run)
    forgetEntries()
    return [
      InterruptedRun(
        provenance: run.provenance, planned: run.planned, done: done, inDoubt: inDoubt)
    ]
  }
}
