package import Diagnostics
package import Model
package import Pacing
import Secrets
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
    do throws(StoreError) {
      return try await store.journal.recoverInterruptedRuns().map { .interrupted($0) }
    } catch {
      throw Diagnostic(error, in: store.description)
    }
  }

  /// 1. The lock is still ours, and the run is journaled.
  /// 2. Creates, then updates, then deletes, a few in parallel; after one failure the rest
  ///    continue.
  /// 3. If the lock is lost or the store cannot be reached, no further change starts.
  /// 4. The run's end is journaled.
  ///
  /// - Parameter beforeRemoval: called right before a change removes the store's connection, and its
  ///   tokens with it: while they are there, they can still be revoked.
  /// - Precondition: the lock is held.
  package func carryOut(
    _ plan: Plan, desired: [DesiredConnection], by provenance: Provenance,
    beforeRemoval: @escaping @Sendable (Change) async -> Void = { _ in },
    progress: @escaping @Sendable (Change, ApplyOutcome.ChangeResult) async -> Void
  ) async -> ApplyOutcome {
    let run: ApplyRun
    do throws(Diagnostic) {
      // The confirmation may have taken longer than the lock lasts.
      try await lock.confirm()
      run = try await begin(plan, desired, by: provenance)
    } catch {
      return ApplyOutcome(results: plan.changes.map { ($0, .skipped) }, faults: [error])
    }
    let writer = ChangeWriter(
      store: store, opener: opener, catalog: catalog, provenance: provenance, run: run,
      desired: Dictionary(desired.map { ($0.name, $0) }) { first, _ in first },
      beforeRemoval: beforeRemoval)
    var (results, faults) = await underHeartbeat {
      await inOrder(plan.changes, writer, progress)
    }
    do throws(StoreError) {
      try await run.end?(runtime.now())
    } catch {
      faults.append(Diagnostic(error, in: store.description))
    }
    return ApplyOutcome(
      results: plan.changes.map { ($0, results.removeValue(forKey: $0.connection) ?? .skipped) },
      faults: faults)
  }

  private func begin(
    _ plan: Plan, _ desired: [DesiredConnection], by provenance: Provenance
  ) async throws(Diagnostic) -> ApplyRun {
    let byName = Dictionary(desired.map { ($0.name, $0) }) { first, _ in first }
    do throws(StoreError) {
      return try await store.journal.beginRun(
        plan.changes.map { change in
          StoreIntent(
            change.connection, StoreWrite.Action(change.action),
            draft: change.action.createsNew
              ? byName[change.connection]?.draft(by: provenance) : nil)
        },
        by: provenance)
    } catch {
      throw Diagnostic(error, in: store.description)
    }
  }

  private typealias Results = [ConnectionName: ApplyOutcome.ChangeResult]

  private func inOrder(
    _ changes: [Change], _ writer: ChangeWriter,
    _ progress: @escaping @Sendable (Change, ApplyOutcome.ChangeResult) async -> Void
  ) async -> Results {
    var results: Results = [:]
    for phase in ApplyPhase.allCases {
      var waiting = changes.filter { ApplyPhase($0.action) == phase }[...]
      await withTaskGroup(of: (Change, WriteOutcome).self) { group in
        func startNext() {
          guard !Task.isCancelled, let change = waiting.popFirst() else { return }
          group.addTask { (change, await writer.write(change)) }
        }
        for _ in 0..<width { startNext() }
        while let (change, outcome) = await group.next() {
          results[change.connection] = outcome.result
          await progress(change, outcome.result)
          if outcome.stopsTheRun { waiting = [] }
          startNext()
        }
      }
      if results.values.contains(where: \.isStopped) { break }
    }
    return results
  }

  /// Runs `work` with the lock kept alive; it is cancelled between changes if the lock is lost.
  private func underHeartbeat(
    _ work: @escaping @Sendable () async -> Results
  ) async -> (Results, [Diagnostic]) {
    enum Part {
      case results(Results)
      case lockLost(Diagnostic?)
    }
    return await withTaskGroup(of: Part.self) { group in
      group.addTask { .results(await work()) }
      group.addTask { .lockLost(await lock.keepAlive()) }
      var results: Results = [:]
      var faults: [Diagnostic] = []
      while let part = await group.next() {
        switch part {
        case .results(let found): results = found
        case .lockLost(let fault): faults += fault.map { [$0] } ?? []
        }
        group.cancelAll()
      }
      return (results, faults)
    }
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

extension ApplyOutcome.ChangeResult {
  fileprivate var isStopped: Bool {
    switch self {
    case .failed(let diagnostics): diagnostics.contains { $0.code.stopsTheRun }
    case .done, .skipped: false
    }
  }
}

extension Diagnostic {
  fileprivate static func interrupted(_ run: InterruptedRun) -> Diagnostic {
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
  fileprivate func draft(by provenance: Provenance) -> AppliedRecord {
    AppliedRecord(
      storeID: "", version: "", app: app, setupType: setup?.type,
      fields: (setup?.fields ?? [:]).mapValues { value in
        switch value {
        case .plain(let value): .plain(value)
        case .sealed(let message): .sealed(ciphertext: message.digest, value: nil, version: nil)
        }
      }, labels: labels, scopes: scopes, preventsDestroy: preventsDestroy,
      provenance: provenance)
  }
}
