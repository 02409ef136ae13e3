import Applying
import ArgumentParser
import Diagnostics
import Manifests
import Model
import Planning
import Reports
import Stores

struct ApplyCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Bring the store to what the manifests declare.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var options: PlanOptions

  @Argument(
    help: ArgumentHelp(
      "A plan that `vaultctl plan --out` saved: exactly it is done, and nothing asked.",
      valueName: "file"), completion: .file())
  var saved: String?

  @Flag(help: "Do not ask.")
  var autoApprove = false

  @Flag(help: "Let the manifest win where the store was changed too.")
  var forceConflicts = false

  @Flag(help: "Apply even what changes most of the connections.")
  var force = false

  @Option(help: ArgumentHelp("Changes under way at once.", valueName: "number"))
  var parallelism: Int?

  @Flag(help: "Delete for good what a store would keep to be brought back.")
  var destroy = false

  @Option(help: ArgumentHelp("Wait so many seconds for another apply.", valueName: "seconds"))
  var lockTimeout: Int64 = 60

  func validate() throws {
    if let parallelism, !(1...64).contains(parallelism) {
      throw ValidationError("--parallelism is from 1 to 64")
    }
    if saved != nil, options.prune || options.adopt || !options.targets.isEmpty {
      throw ValidationError(
        "--prune, --adopt and --target are of `plan`; the file says what is done")
    }
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try workspace()
    _ = try options.failingKinds(workspace.project.failOn)
    try workspace.requireNoErrors()
    console.report(workspace.diagnostics, sources: workspace.sources)
    if !isPreapproved, !console.canAsk { throw Failure(.cannotAsk()) }

    let session = try Session(workspace, console: console, destroys: destroy)
    return try await session.underLock(waitingAtMost: lockTimeout, console) { lock in
      try await underLock(lock, session, console)
    }
  }

  /// A saved plan is of one environment, which need not be named again.
  private func workspace() throws -> Workspace {
    let workspace = try Workspace.load(global)
    guard let saved, let name = try SavedPlan.read(saved).environment else { return workspace }
    if let chosen = workspace.environment {
      if chosen.name == name { return workspace }
      throw ValidationError("the plan in `\(saved)` is of the environment `\(name)`")
    }
    guard let environment = workspace.project.environment(named: name) else {
      throw Failure(.unknownEnvironment(name, workspace.project))
    }
    return workspace.choosing(environment)
  }

  /// Journal, plan, approval, carrying out: in this order, so that what was shown is what is done.
  private func underLock(
    _ lock: StoreLock, _ session: Session, _ console: Console
  ) async throws -> Outcome {
    let workspace = session.workspace
    let applier = Applier(
      store: session.store, lock: lock, opener: session.sealing, catalog: workspace.catalog,
      clock: session.clock, width: parallelism)
    console.report(try await applier.interruptedRuns())

    let plan =
      if let saved {
        try await session.plan(savedIn: saved)
      } else {
        try await session.plan(options.planning(), readsFlows: !options.noFlows).plan
      }
    console.result(PlanText(palette: console.palette).text(session.labelled(plan)))
    if let refusal = try refusal(of: plan, workspace) {
      console.report([refusal])
      return refusal.code == .policyViolated ? .finding : .failed
    }
    if plan.changes.isEmpty { return .fine }
    // Nobody can approve of a plan that could not be shown.
    guard isPreapproved || !console.hasLostOutput && isApproved(console) else {
      console.note("Nothing was applied.")
      return .failed
    }

    let tokens = ApplyTokens(session, plan)
    let former = try await tokens.former()
    let lines = ApplyText(palette: console.errorPalette)
    let outcome = await applier.carryOut(
      plan, desired: workspace.state.connections, by: session.provenance()
    ) { change, result in
      if console.showsProgress { console.note(lines.line(change, result.ending)) }
    }
    let ending = report(outcome, plan, workspace, console)
    let isWhole = try await tokens.follow(outcome, former, console)
    return ending == .fine && !isWhole ? .partly : ending
  }

  private func refusal(of plan: Plan, _ workspace: Workspace) throws -> Diagnostic? {
    if plan.findings.contains(where: { $0.diagnostic.severity == .error }) {
      return Diagnostic(.destroyPrevented, "the plan has errors; nothing was applied")
    }
    if let violation = try plan.findings.violation(
      of: options.failingKinds(workspace.project.failOn))
    {
      return violation
    }
    if !force, let refusal = SafetyGuard.refusal(of: plan) { return refusal }
    let conflicts = plan.changes.filter { $0.reason == .conflicting }
    guard !conflicts.isEmpty, !forceConflicts else { return nil }
    let names = conflicts.map { "`\($0.connection)`" }.joined(separator: ", ")
    return Diagnostic(
      .conflict, "conflicts: \(names); nothing was applied",
      help: ["let the manifests win: vaultctl apply --force-conflicts"])
  }

  /// Who saved a plan has seen it.
  private var isPreapproved: Bool { autoApprove || saved != nil }

  private func isApproved(_ console: Console) -> Bool {
    console.answer(to: "\nApply this? Only `yes` is taken: ") == "yes"
  }

  private func report(
    _ outcome: ApplyOutcome, _ plan: Plan, _ workspace: Workspace, _ console: Console
  ) -> Outcome {
    console.report(outcome.diagnostics, sources: workspace.sources)
    let endings = outcome.results.map { (action: $0.change.action, ending: $0.result.ending) }
    let text = ApplyText(palette: console.palette)
    console.result("\n\(text.summary(endings, empty: plan.emptyCount))\n")
    return outcome.ending
  }
}

extension ApplyOutcome.ChangeResult {
  fileprivate var ending: ApplyText.Outcome {
    switch self {
    case .done: .done
    case .failed: .failed
    case .skipped: .skipped
    }
  }
}

extension Diagnostic {
  fileprivate static func cannotAsk() -> Diagnostic {
    Diagnostic(
      .cancelled, "there is no terminal to ask on",
      help: ["look at the plan first, then: vaultctl apply --auto-approve"])
  }
}
