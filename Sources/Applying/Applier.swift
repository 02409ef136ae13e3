package import Diagnostics
package import Model
package import Pacing
package import Stores

/// Carries out a plan.
package struct Applier: Sendable {
  private let store: Store
  private let lock: StoreLock
  private let opener: any SecretOpener
  private let catalog: Catalog
  private let runtime: Runtime
  private let width: Int

  /// - Parameter width: number of parallel changes; `nil` for the store's own default.
  package init(
    store: Store, lock: StoreLock, opener: any SecretOpener, catalog: Catalog,
    runtime: Runtime, width: Int? = nil
  ) {
    self.width = width ?? store.traits.parallelism
    self.store = store
    self.lock = lock
    self.opener = opener
    self.catalog = catalog
    self.runtime = runtime
  }

  /// Recovers runs that were killed, and reports them as warnings: the next plan completes what
  /// they left.
  package func interruptedRuns() async throws(Diagnostic) -> [Diagnostic] {
    try await store.mappingErrors { () async throws(StoreError) in
      try await store.journal.recoverInterruptedRuns().map { .interrupted($0) }
    }
  }

  /// 1. The lock is still ours. Everything that will be written is opened and checked.
  /// 2. The store's key is sealed for its recipients, before anything is sealed under it.
  /// 3. The run is journaled.
  /// 4. Creates, then updates, then deletes, a few in parallel; after one failure the rest
  ///    continue.
  /// 5. If the lock is lost, the store cannot be reached or the process is ending, no further change
  ///    starts.
  /// 6. The run's end is journaled.
  ///
  /// - Parameter beforeRemoval: called right before a change removes the store's connection, and its
  ///   tokens with it: while they are there, they can still be revoked.
  /// - Precondition: the lock is held.
  package func carryOut(
    _ plan: Plan, desired: [DesiredConnection], by provenance: Provenance,
    beforeRemoval: @escaping @Sendable (Change) async -> Void = { _ in },
    progress: @escaping @Sendable (Change, ApplyOutcome.ChangeResult) async -> Void
  ) async -> ApplyOutcome {
    var (outcome, lost) = await lock.keepingAlive {
      await begun(plan, desired, by: provenance, beforeRemoval, progress)
    }
    var faults = lost.map { [$0] } ?? []
    if lock.isEnding() { await abandon(plan.changes, but: outcome) }
    do throws(StoreError) {
      try await outcome.run?.end?(runtime.now())
    } catch {
      faults.append(Diagnostic(error, in: store.description))
    }
    return ApplyOutcome(
      results: plan.changes.map {
        ($0, outcome.results.removeValue(forKey: $0.connection) ?? .skipped)
      },
      faults: outcome.faults + faults, isKeyUpdated: outcome.isKeyUpdated)
  }

  /// Journals that changes were not started, so that the next run does not find them interrupted.
  private func abandon(_ changes: [Change], but outcome: RunResult) async {
    for change in changes where outcome.results[change.connection] == nil {
      try? await outcome.run?.abandon?(change.connection)
    }
  }

  /// What a run came to, before its end.
  private struct RunResult: Sendable {
    var run: ApplyRun?
    var results: [ConnectionName: ApplyOutcome.ChangeResult] = [:]
    var faults: [Diagnostic] = []
    /// Whether the store's key was, or may have been, sealed again.
    var isKeyUpdated = false
  }

  /// Steps 1 to 5.
  private func begun(
    _ plan: Plan, _ desired: [DesiredConnection], by provenance: Provenance,
    _ beforeRemoval: @escaping @Sendable (Change) async -> Void,
    _ progress: @escaping @Sendable (Change, ApplyOutcome.ChangeResult) async -> Void
  ) async -> RunResult {
    let preparer = WritePreparer(
      store: store, opener: opener, catalog: catalog, provenance: provenance,
      desired: Dictionary(desired.map { ($0.name, $0) }) { first, _ in first })
    let writes: [ConnectionName: StoreWrite]
    let run: ApplyRun
    var isKeyUpdated = false
    do throws(Diagnostic) {
      try await lock.confirm()
      do throws(WritePreparer.Faults) {
        writes = try await preparer.writes(of: plan.changes)
      } catch {
        return RunResult(faults: error.diagnostics)
      }
      // Opening the values may have taken longer than the lock lasts.
      if Task.isCancelled || lock.isEnding() { return RunResult() }
      if let change = plan.storeKey {
        try await update(change, by: provenance, isUpdated: &isKeyUpdated)
      }
      run = try await begin(plan, desired, by: provenance)
    } catch {
      return RunResult(faults: [error], isKeyUpdated: isKeyUpdated)
    }
    let results = await inOrder(
      plan.changes, writes, ChangeWriter(store: store.description, run: run), beforeRemoval,
      progress)
    return RunResult(run: run, results: results, isKeyUpdated: isKeyUpdated)
  }

  /// - Parameter isUpdated: whether it was sealed again, although something after it may have failed.
  private func update(
    _ change: StoreKeyChange, by provenance: Provenance, isUpdated: inout Bool
  ) async throws(Diagnostic) {
    guard let key = store.key, try await digest(of: key) == change.current else {
      throw .storeKeyMoved(store.description)
    }
    do throws(StoreError) {
      try await key.update(makesNew: change.makesNewKey, by: provenance)
      isUpdated = true
    } catch {
      // What cannot be read now may have been sealed again.
      isUpdated = (try? await digest(of: key)) != change.current
      throw Diagnostic(error, in: store.description)
    }
  }

  /// Of the store's key as it is sealed; `nil` if there is none, or it is no OpenPGP message.
  private func digest(
    of key: any StoreKeyAccess
  ) async throws(Diagnostic) -> CiphertextDigest? {
    let text = try await store.mappingErrors { () async throws(StoreError) in
      try await key.sealed()
    }
    return text.flatMap { try? SealedMessage(armored: $0) }?.digest
  }

  private func begin(
    _ plan: Plan, _ desired: [DesiredConnection], by provenance: Provenance
  ) async throws(Diagnostic) -> ApplyRun {
    let byName = Dictionary(desired.map { ($0.name, $0) }) { first, _ in first }
    return try await store.mappingErrors { () async throws(StoreError) in
      try await store.journal.beginRun(
        plan.changes.map { change in
          StoreIntent(
            change.connection, StoreWrite.Action(change.action),
            draft: change.action.createsNew
              ? byName[change.connection]?.draft(by: provenance, of: store.owner) : nil)
        },
        by: provenance)
    }
  }

  /// - Parameter writes: each is dropped when its change begins, so that its values are wiped when it
  ///   ends.
  private func inOrder(
    _ changes: [Change], _ writes: [ConnectionName: StoreWrite], _ writer: ChangeWriter,
    _ beforeRemoval: @escaping @Sendable (Change) async -> Void,
    _ progress: @escaping @Sendable (Change, ApplyOutcome.ChangeResult) async -> Void
  ) async -> [ConnectionName: ApplyOutcome.ChangeResult] {
    var results: [ConnectionName: ApplyOutcome.ChangeResult] = [:]
    var writes = writes
    var isStopped = false
    for phase in ApplyPhase.allCases where !isStopped {
      var waiting = changes.filter { ApplyPhase($0.action) == phase }[...]
      await withTaskGroup(of: (Change, WriteOutcome).self) { group in
        func startNext() {
          guard !isStopped, !Task.isCancelled, !lock.isEnding(), let change = waiting.popFirst(),
            let write = writes.removeValue(forKey: change.connection)
          else { return }
          group.addTask {
            if change.action.endsConnection { await beforeRemoval(change) }
            return (change, await writer.carryOut(write))
          }
        }
        for _ in 0..<width { startNext() }
        while let (change, outcome) = await group.next() {
          results[change.connection] = outcome.result
          await progress(change, outcome.result)
          if outcome.stopsTheRun { isStopped = true }
          startNext()
        }
      }
    }
    return results
  }
}

/// Creates first, so that new connections exist before old ones are deleted.
private enum ApplyPhase: CaseIterable {
  case creates, updates, deletes

  init(_ action: ChangeAction) {
    switch action {
    case .create: self = .creates
    case .update, .record, .replace, .rename, .adopt: self = .updates
    case .delete: self = .deletes
    }
  }
}

extension Diagnostic {
  fileprivate static func storeKeyMoved(_ store: StoreDescription) -> Diagnostic {
    Diagnostic(
      .stalePlan, "the key of \(store) changed since the plan; nothing was applied",
      help: ["create a new plan: vaultctl plan"])
  }

  package static func interrupted(_ run: InterruptedRun) -> Diagnostic {
    let doubt = run.inDoubt.map { "`\($0)`" }.joined(separator: ", ")
    return Diagnostic(
      .interruptedApply,
      "an apply by \(run.provenance.who) at \(run.provenance.at) was interrupted",
      severity: .warning,
      notes: [
        "it completed \(run.done) of \(run.planned) changes"
          + (doubt.isEmpty ? "" : "; started but not completed: \(doubt)"),
        "each change is all or nothing; the remaining changes are planned again",
      ])
  }
}

extension DesiredConnection {
  /// The record that applying it would write.
  fileprivate func draft(by provenance: Provenance, of owner: Owner?) -> AppliedRecord {
    AppliedRecord(
      owner: owner, storeID: "", version: "", app: app, setupType: setup?.type,
      fields: (setup?.fields ?? [:]).mapValues { value in
        switch value {
        case .plain(let value): .plain(value)
        case .sealed(let message): .sealed(ciphertext: message.digest, value: nil, version: nil)
        }
      }, labels: labels, scopes: scopes, destinations: destinations,
      preventsDestroy: preventsDestroy, provenance: provenance)
  }
}
