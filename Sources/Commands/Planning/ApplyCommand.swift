import ArgumentParser
import Diagnostics
import Manifests
import Model
import Planning
import Reports
import Stores

struct ApplyCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Apply the manifests to the store.",
    discussion: """
      Applies all manifests, the named connections, or a saved plan. A saved plan is applied exactly, \
      without asking for confirmation. If a plan's file has the name of a connection, write ./NAME. With \
      --env all, environments are applied in the project's order; the first that is not applied completely \
      ends the run.
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var options: PlanOptions

  @Argument(
    help: ArgumentHelp(
      "Connections, or globs of their names; or the file of a plan saved with `vaultctl plan --out`.",
      valueName: "name-or-file"), completion: .connections)
  var subjects: [String] = []

  @Flag(help: "Skip the confirmation prompt.")
  var autoApprove = false

  @Flag(help: "Overwrite changes in the store that conflict with the manifests.")
  var forceConflicts = false

  @Flag(
    help:
      "Override the safety limits: more than 30 % changed, everything deleted, or a connection that a flow uses or may use."
  )
  var force = false

  @Option(
    help: ArgumentHelp(
      "Maximum number of parallel changes, 1 to 64 (default: 4 for a tenant, 8 for OpenBao, 32 for SQLite).",
      valueName: "number"))
  var parallelism: Int?

  @Flag(help: "Delete permanently (no undelete).")
  var destroy = false

  @Option(help: ArgumentHelp("Seconds to wait for another apply to finish.", valueName: "seconds"))
  var lockTimeout: Int64 = 60

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let parallelism { try NumberLimit.parallelism.validate(parallelism, of: "--parallelism") }
    try NumberLimit.lockTimeout.validate(lockTimeout, of: "--lock-timeout")
  }

  /// The saved plan's file; `nil` if connections are applied.
  private func savedPlan() throws -> String? {
    guard subjects.count == 1, PlanArgument.isFile(subjects[0], global) else { return nil }
    let choices = options.targets + options.exclusions + options.allowedRedirects
    if options.prune || options.adopt || !choices.isEmpty {
      throw ValidationError(
        "--prune, --adopt, --target, --exclude and --allow-redirect cannot be used with a saved plan"
      )
    }
    return subjects[0]
  }

  /// 1. The manifests of every environment must be valid before any store is used.
  /// 2. Each environment is applied in turn, until one is not applied as a whole.
  func carryOut(_ console: Console) async throws -> Outcome {
    let saved = try savedPlan()
    let workspaces = try workspaces(of: saved)
    let diagnostics = workspaces.diagnostics
    let sources = workspaces.first?.sources ?? [:]
    if diagnostics.hasErrors { throw Failure(diagnostics, sources: sources) }
    console.report(diagnostics, sources: sources)
    let policy = try options.policy(of: workspaces[0].project)
    // The user who saved a plan has seen it.
    let isPreapproved = autoApprove || saved != nil
    if !isPreapproved, !console.canAsk { throw Failure(.cannotAsk()) }

    let record = ApplyRecord(isOfAll: global.namesAllEnvironments)
    defer { record.report.map { console.result($0) } }
    guard global.namesAllEnvironments else {
      let console = console.inScope(workspaces[0].scope)
      do {
        return try await apply(workspaces[0], saved, policy, isPreapproved, record, console)
      } catch let error where error is Failure || error is Diagnostic {
        // A saved plan names its environment, which the options need not do.
        var failure = Failure(ending: error)
        failure.diagnostics = failure.diagnostics.inScope(workspaces[0].scope)
        throw failure
      }
    }
    var hasApplied = false
    for (index, workspace) in workspaces.enumerated() {
      let name = workspace.environment?.name ?? ""
      let console = console.inScope(workspace.scope)
      console.present(index > 0 ? "\nEnvironment \(name)\n\n" : "Environment \(name)\n\n")
      let outcome = await ofOne(console) {
        try await apply(workspace, nil, policy, isPreapproved, record, console)
      }
      if outcome == .applied { hasApplied = true }
      if outcome == .applied || outcome == .fine { continue }
      let left = workspaces[(index + 1)...].compactMap(\.environment?.name)
      if !left.isEmpty {
        console.explain("\nNot applied, because of \(name): \(left.joined(separator: ", "))")
      }
      return hasApplied ? .partly : outcome
    }
    return hasApplied ? .applied : .fine
  }

  /// The outcome of one environment of several; why it failed is reported.
  private func ofOne(_ console: Console, _ work: () async throws -> Outcome) async -> Outcome {
    do {
      return try await work()
    } catch {
      let failure = Failure(ending: error)
      console.report(failure.diagnostics, sources: failure.sources)
      return failure.outcome
    }
  }

  private func apply(
    _ workspace: Workspace, _ saved: String?, _ policy: FailOnPolicy, _ isPreapproved: Bool,
    _ record: ApplyRecord, _ console: Console
  ) async throws -> Outcome {
    let session = try SessionFactory(
      console: console, destroys: destroy, lockTimeout: lockTimeout,
      reportsUntrusted: saved != nil
    ).session(for: workspace)
    let runner = ApplyRunner(
      session: session, console: console, source: try source(session, saved),
      readsFlows: !options.noFlows,
      applyGuard: ApplyGuard(
        policy: policy, allowsManyChanges: force, forcesConflicts: forceConflicts),
      isPreapproved: isPreapproved, isPermanent: destroy, record: record, width: parallelism)
    return try await runner.run(waitingAtMost: lockTimeout)
  }

  /// A plan for another store is refused before this one is asked for anything.
  private func source(_ session: Session, _ saved: String?) throws -> ApplyRunner.Source {
    if let saved {
      return .saved(try session.savedPlan(in: saved), file: saved)
    }
    return .manifests(try options.planning(names: subjects))
  }

  /// A saved plan names its environment, so `--env` is optional.
  private func workspaces(of saved: String?) throws -> [Workspace] {
    let workspace = try Workspace.load(global, acceptsAll: saved == nil)
    guard let saved, let name = try SavedPlan.read(saved).environment else {
      return try global.environments(of: workspace)
    }
    if let chosen = workspace.environment {
      if chosen.name == name { return [workspace] }
      throw ValidationError("the plan in `\(saved)` is for environment `\(name)`")
    }
    guard let environment = workspace.project.environment(named: name) else {
      throw Failure(.unknownEnvironment(name, workspace.project))
    }
    return [workspace.choosing(environment)]
  }
}

extension Diagnostic {
  fileprivate static func cannotAsk() -> Diagnostic {
    Diagnostic(
      .cancelled, "no terminal to ask for confirmation on",
      help: ["review the plan, then: vaultctl apply --auto-approve"])
  }
}
