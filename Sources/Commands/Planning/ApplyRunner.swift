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
    case saved(SavedPlan, file: String, readsFlows: Bool)
    case manifests(PlanningOptions, readsFlows: Bool)

    /// Whether the store's own flows count too.
    var readsFlows: Bool {
      switch self {
      case .saved(_, _, let readsFlows), .manifests(_, let readsFlows): readsFlows
      }
    }
  }

  let session: Session
  let console: Console
  let source: Source
  let applyGuard: ApplyGuard
  /// The confirmation prompt is skipped.
  let isPreapproved: Bool
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
        switch try await review(lock) {
        case .ended(let outcome): outcome
        case .ready(let plan, _): try await carryOut(plan, lock)
        }
      }
    }
    let reviewed = try await session.underLock(waitingAtMost: seconds, console) { lock in
      try await review(lock)
    }
    switch reviewed {
    case .ended(let outcome): return outcome
    case .ready(let plan, let basis):
      // A plan that could not be shown cannot be approved.
      guard !console.hasLostOutput, isApproved() else {
        console.note("Nothing was applied.")
        return .failed
      }
      return try await session.underLock(waitingAtMost: seconds, console) { lock in
        try await recover(lock)
        let snapshot = try await session.read()
        let changes =
          try await basis.changes(to: session.basis(of: plan, snapshot))
          + session.usesGained(since: plan, snapshot, readsFlows: source.readsFlows)
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
    case .saved(let saved, let file, let readsFlows):
      try await session.requireCurrent(saved, in: file, readsFlows: readsFlows)
      (plan, basis) = (saved.plan, saved.basis)
    case .manifests(let options, let readsFlows):
      let planned = try await session.plan(options, readsFlows: readsFlows)
      plan = planned.plan
      basis = session.basis(of: plan, planned.snapshot)
    }
    console.result(PlanText(palette: console.palette).text(session.labelled(plan)))
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

  private func applier(_ lock: StoreLock) -> Applier {
    Applier(
      store: session.store, lock: lock, opener: session.sealer, catalog: session.workspace.catalog,
      runtime: session.runtime, width: width)
  }

  private func carryOut(_ plan: Plan, _ lock: StoreLock) async throws -> Outcome {
    if let change = plan.storeKey {
      try await session.prepareForStoreKey(change, console: console)
    }
    let tokens = ApplyTokenUpdater(session, plan)
    let revoker = try await tokens.removalRevoker()
    let lines = ApplyText(palette: console.errorPalette)
    let outcome = await applier(lock).carryOut(
      plan, desired: session.workspace.state.connections,
      by: session.provenance().allowing(redirects: plan.allowedRedirects),
      beforeRemoval: { await revoker?.revoke(before: $0) }
    ) { change, result in
      if console.showsProgress { console.note(lines.line(change, result.summary)) }
    }
    report(outcome, plan)
    console.report(await revoker?.diagnostics.sorted { $0.message < $1.message } ?? [])
    let isRevoked = await revoker?.hasFailed != true
    do {
      // A connection was skipped, so not all that is declared is so.
      let isWhole =
        try await tokens.update(after: outcome, console) && isRevoked
        && !plan.findings.contains(where: \.isBlocking)
      return outcome.exitOutcome == .applied && !isWhole ? .partly : outcome.exitOutcome
    } catch {
      throw outcome.mayHaveChanged ? Failure(error, outcome: .partly) : error
    }
  }

  private func isApproved() -> Bool {
    console.answer(to: "\nApply these changes? Type `yes` to confirm: ") == "yes"
  }

  private func report(_ outcome: ApplyOutcome, _ plan: Plan) {
    console.report(outcome.diagnostics, sources: session.workspace.sources)
    let summaries = outcome.results.map { (action: $0.change.action, ending: $0.result.summary) }
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

extension Diagnostic {
  fileprivate static func changedWhileAsking(_ changes: [String]) -> Diagnostic {
    Diagnostic(
      .stalePlan, "the plan changed while it was waiting for confirmation; nothing was applied",
      notes: changes, help: ["review the new plan: vaultctl apply"])
  }
}
