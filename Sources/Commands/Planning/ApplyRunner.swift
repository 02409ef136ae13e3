import Applying
import Diagnostics
import Manifests
import Model
import Planning
import Reports
import Stores

/// One apply; whatever reads a plan or writes is under the store's lock.
struct ApplyRunner {
  enum Source {
    /// A plan that was made for this store, and its file.
    case saved(SavedPlan, file: String)
    case manifests(PlanningOptions)
  }

  let session: Session
  let console: Console
  let source: Source
  /// Whether the store's own flows count too.
  let readsFlows: Bool
  let applyGuard: ApplyGuard
  /// The confirmation prompt is skipped.
  let isPreapproved: Bool
  /// Whether what is deleted cannot be restored.
  let isPermanent: Bool
  let record: ApplyRecord
  /// Maximum number of parallel changes; `nil` for the store's default.
  let width: Int?

  /// 1. The plan is computed or read, under the lock, and shown. The run ends here if the guard refuses
  ///    it, or there is nothing to do.
  /// 2. If the user has to approve it, the lock is released while they decide, so that nobody waits for
  ///    an answer. Under the lock again, the plan must still be what was shown.
  /// 3. The changes are carried out, exactly those that were shown.
  /// 4. Tokens are updated.
  func run(waitingAtMost seconds: Int64) async throws -> Outcome {
    if isPreapproved {
      return try await session.underLock(waitingAtMost: seconds, console) { lock in
        let outcome =
          switch try await review(lock) {
          case .ended(let outcome): outcome
          case .ready(let plan, _): try await carryOut(plan, lock)
          }
        // Only now: a new key of the store makes saved plans stale.
        if case .saved = source { await session.protectContent(console) }
        return outcome
      }
    }
    let reviewed = try await session.underLock(waitingAtMost: seconds, console) { lock in
      try await review(lock)
    }
    switch reviewed {
    case .ended(let outcome): return outcome
    case .ready(let plan, let basis):
      // A plan that could not be shown cannot be approved.
      guard !console.hasLostOutput, isApproved(plan) else {
        console.note("Nothing was applied.")
        return .failed
      }
      return try await session.underLock(waitingAtMost: seconds, console) { lock in
        try await recover(lock)
        try requireNotEnding(lock)
        let snapshot = try await session.read()
        let changes =
          try await basis.changes(to: session.basis(of: plan, snapshot))
          + session.usesGained(since: plan, snapshot, readsFlows: readsFlows)
        if !changes.isEmpty { throw Failure(.changedWhileAsking(changes)) }
        return try await carryOut(plan, lock)
      }
    }
  }

  private enum Review {
    case ended(Outcome)
    case ready(Plan, PlanBasis)
  }

  private func review(_ lock: StoreLock) async throws -> Review {
    try await recover(lock)
    let plan: Plan
    let basis: PlanBasis
    switch source {
    case .saved(let saved, let file):
      try await session.requireCurrent(saved, in: file, readsFlows: readsFlows)
      (plan, basis) = (saved.plan, saved.basis)
    case .manifests(let options):
      await session.protectContent(console)
      let planned = try await session.plan(
        options, from: .store(flows: readsFlows), to: .apply)
      plan = planned.plan
      basis = session.basis(of: plan, planned.snapshot)
    }
    try requireNotEnding(lock)
    let planned = session.labelled(plan)
    record.begin(planned)
    let text = PlanText(palette: console.palette)
    if isPreapproved {
      console.result(text.text(planned))
    } else {
      console.present(text.text(planned))
    }
    if let refusal = applyGuard.refusal(of: plan) {
      console.report([refusal.diagnostic])
      return .ended(refusal.outcome)
    }
    if plan.isEmpty {
      return .ended(plan.findings.contains(where: \.isBlocking) ? .failed : .fine)
    }
    return .ready(plan, basis)
  }

  /// Runs that were interrupted are recovered and reported.
  private func recover(_ lock: StoreLock) async throws {
    console.report(try await applier(lock).interruptedRuns())
  }

  private func requireNotEnding(_ lock: StoreLock) throws {
    if lock.isEnding() { throw Failure(Diagnostic.interrupted(), outcome: .interrupted) }
  }

  private func applier(_ lock: StoreLock) -> Applier {
    Applier(
      store: session.store, lock: lock, opener: session.sealer, catalog: session.workspace.catalog,
      runtime: session.runtime, width: width)
  }

  private func carryOut(_ plan: Plan, _ lock: StoreLock) async throws -> Outcome {
    if let change = plan.storeKey {
      try await session.prepareForStoreKey(change, console: console)
    }
    let tokens = ApplyTokenUpdater(session, plan, under: lock)
    let revoker = try await tokens.removalRevoker(console)
    let lines = ApplyText(palette: console.errorPalette)
    let outcome = await applier(lock).carryOut(
      plan, desired: session.desired,
      by: session.provenance().allowing(redirects: plan.allowedRedirects),
      beforeRemoval: { await revoker?.revoke(before: $0) }
    ) { change, result in
      if console.showsProgress { console.note(lines.line(change, result.summary)) }
      console.progress?("Applying", plan.changes.count)
    }
    report(outcome, plan)
    let isInterrupted = lock.isEnding() && !outcome.left.isEmpty
    if isInterrupted { console.report([.interrupted(outcome)]) }
    console.report(await revoker?.diagnostics.sorted { $0.message < $1.message } ?? [])
    let isRevoked = await revoker?.hasFailed != true
    do {
      // A connection was skipped, so not all that is declared is so.
      let isWhole =
        try await tokens.update(after: outcome, record, console) && isRevoked
        && !plan.findings.contains(where: \.isBlocking)
      if isInterrupted, !outcome.hasBegun { return .interrupted }
      return outcome.exitOutcome == .applied && !isWhole ? .partly : outcome.exitOutcome
    } catch {
      throw outcome.mayHaveChanged ? Failure(error, outcome: .partly) : error
    }
  }

  private func isApproved(_ plan: Plan) -> Bool {
    let destroyed = plan.changes.filter(\.action.endsConnection)
    if !destroyed.isEmpty {
      let names = destroyed.map { "  \($0.connection)\n" as TerminalText }.joined()
      let count = counted(destroyed.count, "connection")
      console.explain(
        isPermanent
          ? "\nThis destroys \(count) permanently; they cannot be restored:\n\(names)"
          : "\nThis destroys \(count):\n\(names)")
    }
    return console.confirms("Apply these changes?")
  }

  private func report(_ outcome: ApplyOutcome, _ plan: Plan) {
    console.report(outcome.diagnostics, sources: session.workspace.sources)
    let summaries = outcome.results.map { (change: $0.change, ending: $0.result.summary) }
    record.end(summaries, sealsKey: outcome.isKeyUpdated)
    let text = ApplyText(palette: console.palette)
    console.result("\n\(text.summary(summaries, empty: plan.emptyCount))\n")
    if outcome.isKeyUpdated, !outcome.faults.hasErrors {
      console.note("The store's key was sealed for its recipients.")
    }
  }
}

extension ApplyOutcome.ChangeResult {
  fileprivate var summary: ApplyText.Outcome {
    switch self {
    case .done: .done
    case .failed: .failed
    case .inDoubt: .inDoubt
    case .skipped: .skipped
    }
  }
}

extension ApplyOutcome {
  /// The connections whose changes were not started, in plan order.
  fileprivate var left: [ConnectionName] {
    results.filter { $0.result == .skipped }.map(\.change.connection)
  }

  /// Whether a change was started, or the store's key sealed.
  fileprivate var hasBegun: Bool { isKeyUpdated || left.count < results.count }
}

extension Diagnostic {
  /// - Parameter outcome: of what was begun; `nil` if nothing was.
  fileprivate static func interrupted(_ outcome: ApplyOutcome? = nil) -> Diagnostic {
    guard let outcome, outcome.hasBegun else {
      return Diagnostic(
        .interrupted, "interrupted by a signal; nothing was applied",
        help: ["start again: vaultctl apply"])
    }
    let left = outcome.left
    let names = left.prefix(20).map { "`\($0)`" }.joined(separator: ", ")
    let more = left.count > 20 ? " and \(left.count - 20) more" : ""
    return Diagnostic(
      .interrupted, "interrupted by a signal; the changes in progress were finished",
      notes: ["not started: \(names)\(more)"], help: ["apply the rest: vaultctl apply"])
  }

  fileprivate static func changedWhileAsking(_ changes: [String]) -> Diagnostic {
    Diagnostic(
      .stalePlan, "the plan changed while it was waiting for confirmation; nothing was applied",
      notes: changes, help: ["review the new plan: vaultctl apply"])
  }
}
