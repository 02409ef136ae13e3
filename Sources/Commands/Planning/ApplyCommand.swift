import ArgumentParser
import Diagnostics
import Manifests
import Model
import Planning
import Stores

struct ApplyCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Apply the manifests to the store.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var options: PlanOptions

  @Argument(
    help: ArgumentHelp(
      "Saved plan from `vaultctl plan --out`; it is applied exactly, without asking for confirmation.",
      valueName: "file"), completion: .file())
  var saved: String?

  @Flag(help: "Skip the confirmation prompt.")
  var autoApprove = false

  @Flag(help: "Overwrite changes in the store that conflict with the manifests.")
  var forceConflicts = false

  @Flag(help: "Override the 30 % safety limit.")
  var force = false

  @Option(help: ArgumentHelp("Maximum number of parallel changes.", valueName: "number"))
  var parallelism: Int?

  @Flag(help: "Delete permanently (no undelete).")
  var destroy = false

  @Option(help: ArgumentHelp("Seconds to wait for another apply to finish.", valueName: "seconds"))
  var lockTimeout: Int64 = 60

  func validate() throws {
    if let parallelism { try NumberLimit.parallelism.validate(parallelism, of: "--parallelism") }
    try NumberLimit.lockTimeout.validate(lockTimeout, of: "--lock-timeout")
    let choices = options.targets + options.allowedRedirects
    if saved != nil, options.prune || options.adopt || !choices.isEmpty {
      throw ValidationError(
        "--prune, --adopt, --target and --allow-redirect cannot be used with a saved plan")
    }
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try workspace()
    let policy = try options.policy(of: workspace.project)
    try workspace.requireNoErrors()
    console.report(workspace.diagnostics, sources: workspace.sources)
    if !isPreapproved, !console.canAsk { throw Failure(.cannotAsk()) }

    let session = try SessionFactory(
      console: console, destroys: destroy, reportsUntrusted: saved != nil
    ).session(for: workspace)
    let runner = ApplyRunner(
      session: session, console: console, source: try source(session),
      applyGuard: ApplyGuard(
        policy: policy, allowsManyChanges: force, forcesConflicts: forceConflicts),
      isPreapproved: isPreapproved, width: parallelism)
    return try await runner.run(waitingAtMost: lockTimeout)
  }

  /// A plan for another store is refused before this one is asked for anything.
  private func source(_ session: Session) throws -> ApplyRunner.Source {
    if let saved {
      return .saved(
        try session.savedPlan(in: saved), file: saved, readsFlows: !options.noFlows)
    }
    return .manifests(try options.planning(), readsFlows: !options.noFlows)
  }

  /// A saved plan names its environment, so `--env` is optional.
  private func workspace() throws -> Workspace {
    let workspace = try Workspace.load(global)
    guard let saved, let name = try SavedPlan.read(saved).environment else { return workspace }
    if let chosen = workspace.environment {
      if chosen.name == name { return workspace }
      throw ValidationError("the plan in `\(saved)` is for environment `\(name)`")
    }
    guard let environment = workspace.project.environment(named: name) else {
      throw Failure(.unknownEnvironment(name, workspace.project))
    }
    return workspace.choosing(environment)
  }

  /// The user who saved a plan has seen it.
  private var isPreapproved: Bool { autoApprove || saved != nil }
}

extension Diagnostic {
  fileprivate static func cannotAsk() -> Diagnostic {
    Diagnostic(
      .cancelled, "no terminal to ask for confirmation on",
      help: ["review the plan, then: vaultctl apply --auto-approve"])
  }
}
