import ArgumentParser
import Diagnostics
import Manifests
import Model
import Planning
import Reports
import Stores

/// What `plan` and `apply` both take.
struct PlanOptions: ParsableArguments {
  @Flag(help: "Also delete connections that vaultctl made and no manifest declares any more.")
  var prune = false

  @Flag(help: "Take over connections that are in the store already.")
  var adopt = false

  @Option(name: .customLong("target"), help: "Only this connection; may be given again.")
  var targets: [String] = []

  @Flag(help: "Do not read the flows that the store's backend has.")
  var noFlows = false

  @Option(
    help: ArgumentHelp(
      "Findings that fail the run, by commas, beside the project's policy.",
      valueName: "findings"))
  var failOn: String?

  func planning() throws -> PlanningOptions {
    var names: Set<ConnectionName>?
    for target in targets {
      guard let name = ConnectionName(target) else {
        throw ValidationError("`\(target)` is not a connection's name")
      }
      names = (names ?? []).union([name])
    }
    return PlanningOptions(prunes: prune, adopts: adopt, targets: names)
  }

  func failingKinds(_ policy: Set<FindingKind>) throws -> Set<FindingKind> {
    policy.union(try FindingKind.named(failOn))
  }
}

extension FindingKind {
  /// What `--fail-on` says: names, by commas.
  static func named(_ text: String?) throws -> Set<FindingKind> {
    let words = (text ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
    return Set(
      try words.map { word in
        if let kind = FindingKind(rawValue: word) { return kind }
        let known = FindingKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--fail-on knows no `\(word)`; it knows: \(known)")
      })
  }
}

struct PlanCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show what an apply would do; changes nothing.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var options: PlanOptions

  private static let title = "vaultctl plan"

  @Flag(help: "Exit with 2 where there are changes.")
  var detailedExitcode = false

  @Flag(help: "Do not ask the store: compare with the ledger alone, without login, key or network.")
  var offline = false

  @Option(help: "Output: text, json, markdown, sarif, junit or code-quality.")
  var format: ReportFormat = .text

  @Option(
    help: ArgumentHelp("Save the plan, for `vaultctl apply FILE`.", valueName: "file"),
    completion: .file())
  var out: String?

  func validate() throws {
    if offline, out != nil {
      throw ValidationError("--out needs the store: a saved plan holds for one version of it")
    }
    if global.namesAllEnvironments, out != nil {
      throw ValidationError("--out is for one environment: a saved plan is applied to one store")
    }
  }

  /// 1. Every environment's manifests must be right before any store is asked.
  /// 2. Each is planned in turn; a store that cannot be asked leaves the others to be planned.
  /// 3. All is told in one document, then what fails the run.
  func carryOut(_ console: Console) async throws -> Outcome {
    let planning = try options.planning()
    let workspace = try RunReport.loading(global, name: Self.title, format, console)
    let failing = try options.failingKinds(workspace.project.failOn)
    let workspaces = try chosen(workspace)
    try requireNoErrors(workspaces, console)

    var plans: [EnvironmentPlan] = []
    var faults: [Diagnostic] = []
    for workspace in workspaces {
      let session = try Session(workspace, console: console)
      do {
        let (plan, snapshot) = try await session.plan(
          planning, isOffline: offline, readsFlows: !options.noFlows)
        if let out { try session.saved(plan, snapshot).write(to: out) }
        plans.append(session.labelled(plan))
      } catch let failure as Failure where workspaces.count > 1 {
        faults += failure.diagnostics
      }
    }
    tell(plans, faults, workspaces, console)
    if offline { console.report([.notAsked()]) }
    return outcome(plans, faults, failing, console)
  }

  private func chosen(_ workspace: Workspace) throws -> [Workspace] {
    guard global.namesAllEnvironments else { return [workspace] }
    let environments = workspace.project.environments
    if environments.isEmpty { throw Failure(.unknownEnvironment("all", workspace.project)) }
    return environments.map(workspace.choosing)
  }

  private func requireNoErrors(_ workspaces: [Workspace], _ console: Console) throws {
    let diagnostics = workspaces.diagnostics
    guard diagnostics.hasErrors else { return }
    // Where manifests with errors allow no plan, a service is told of them.
    let report = report(workspaces, [])
    report.text(format).map { console.result($0) }
    report.annotate(console)
    throw Failure(diagnostics, sources: workspaces.first?.sources ?? [:])
  }

  private func tell(
    _ plans: [EnvironmentPlan], _ faults: [Diagnostic], _ workspaces: [Workspace],
    _ console: Console
  ) {
    let findings = plans.flatMap { $0.plan.findings.map(\.diagnostic) }
    let report = report(workspaces, findings + faults)
    PlanRenderer(plans: plans, report: report).show(as: format, on: console)
    report.annotate(console, summary: PlanMarkdown().text(plans))
    console.report(
      workspaces.diagnostics + faults, sources: workspaces.first?.sources ?? [:])
    console.report(plans.compactMap { SafetyGuard.refusal(of: $0.plan)?.asWarning })
  }

  private func outcome(
    _ plans: [EnvironmentPlan], _ faults: [Diagnostic], _ failing: Set<FindingKind>,
    _ console: Console
  ) -> Outcome {
    let findings = plans.flatMap(\.plan.findings)
    if !faults.isEmpty || findings.contains(where: { $0.diagnostic.severity == .error }) {
      return .failed
    }
    if let violation = findings.violation(of: failing) {
      console.report([violation])
      return .finding
    }
    let changes = plans.contains { !$0.plan.changes.isEmpty }
    return detailedExitcode && changes ? .changes : .fine
  }

  private func report(_ workspaces: [Workspace], _ findings: [Diagnostic]) -> RunReport {
    RunReport(
      name: Self.title, root: workspaces.first?.files.root ?? "",
      files: Set(workspaces.flatMap { $0.manifests.map(\.file) }).sorted(),
      diagnostics: workspaces.diagnostics + findings)
  }
}

extension Diagnostic {
  fileprivate static func notAsked() -> Diagnostic {
    Diagnostic(
      .storeNotAsked, "the store was not asked", severity: .info,
      notes: ["what others changed in it since the last apply does not show"])
  }
}

extension [Workspace] {
  /// Of all of them, each told once, in reading order.
  fileprivate var diagnostics: [Diagnostic] {
    Set(flatMap(\.diagnostics)).sorted(by: Diagnostic.inReadingOrder)
  }
}

extension [Finding] {
  /// What the policy does not allow; `nil` where there is none of it.
  func violation(of failing: Set<FindingKind>) -> Diagnostic? {
    let found = Set(map(\.kind)).intersection(failing).map(\.rawValue).sorted()
    if found.isEmpty { return nil }
    return Diagnostic(
      .policyViolated, "the policy does not allow: \(found.joined(separator: ", "))",
      notes: ["it is `policy.failOn` of \(Project.fileName), or `--fail-on`"],
      help: ["mend what the findings above say, or take the word off the list"])
  }
}
