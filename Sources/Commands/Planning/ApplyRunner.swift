import Applying
import Diagnostics
import Manifests
import Model
import Planning
import Reports
import Stores

/// One apply, under the store's lock.
struct ApplyRunner {
  enum Source {
    /// The file of a saved plan.
    case saved(String, readsFlows: Bool)
    case manifests(PlanningOptions, readsFlows: Bool)
  }

  let session: Session
  let console: Console
  let source: Source
  let applyGuard: ApplyGuard
  /// The confirmation prompt is skipped.
  let isPreapproved: Bool
  /// Maximum number of parallel changes; `nil` for the store's default.
  let width: Int?

  /// 1. Runs that were interrupted are reported.
  /// 2. The plan is computed or read, under the lock, and shown.
  /// 3. The run ends here if the guard refuses the plan, or the user does not approve it.
  /// 4. The changes are carried out, exactly those that were shown. Before a connection is removed, its
  ///    tokens are revoked.
  /// 5. Tokens are updated.
  func run(_ lock: StoreLock) async throws -> Outcome {
    let workspace = session.workspace
    let applier = Applier(
      store: session.store, lock: lock, opener: session.sealer, catalog: workspace.catalog,
      runtime: session.runtime, width: width)
    console.report(try await applier.interruptedRuns())

    let plan =
      switch source {
      case .saved(let file, let readsFlows):
        try await session.plan(savedIn: file, readsFlows: readsFlows)
      case .manifests(let options, let readsFlows):
        try await session.plan(options, readsFlows: readsFlows).plan
      }
    console.result(PlanText(palette: console.palette).text(session.labelled(plan)))
    if let refusal = applyGuard.refusal(of: plan) {
      console.report([refusal.diagnostic])
      return refusal.outcome
    }
    // A connection was skipped, so not all that is declared is so.
    let isBlocked = plan.findings.contains(where: \.isBlocking)
    if plan.changes.isEmpty { return isBlocked ? .failed : .fine }
    // A plan that could not be shown cannot be approved.
    guard isPreapproved || !console.hasLostOutput && isApproved() else {
      console.note("Nothing was applied.")
      return .failed
    }

    let tokens = ApplyTokenUpdater(session, plan)
    let revoker = try await tokens.removalRevoker()
    let lines = ApplyText(palette: console.errorPalette)
    let outcome = await applier.carryOut(
      plan, desired: workspace.state.connections, by: session.provenance(),
      beforeRemoval: { await revoker?.revoke(before: $0) }
    ) { change, result in
      if console.showsProgress { console.note(lines.line(change, result.summary)) }
    }
    report(outcome, plan)
    console.report(await revoker?.diagnostics.sorted { $0.message < $1.message } ?? [])
    let isRevoked = await revoker?.hasFailed != true
    let isWhole = try await tokens.update(after: outcome, console) && isRevoked && !isBlocked
    return outcome.exitOutcome == .applied && !isWhole ? .partly : outcome.exitOutcome
  }

  private func isApproved() -> Bool {
    console.answer(to: "\nApply these changes? Type `yes` to confirm: ") == "yes"
  }

  private func report(_ outcome: ApplyOutcome, _ plan: Plan) {
    console.report(outcome.diagnostics, sources: session.workspace.sources)
    let summaries = outcome.results.map { (action: $0.change.action, ending: $0.result.summary) }
    let text = ApplyText(palette: console.palette)
    console.result("\n\(text.summary(summaries, empty: plan.emptyCount))\n")
  }
}

extension ApplyOutcome.ChangeResult {
  fileprivate var summary: ApplyText.Outcome {
    switch self {
    case .done: .done
    case .failed: .failed
    case .skipped: .skipped
    }
  }
}
