import ArgumentParser
import Diagnostics
import Manifests
import Model
import Planning
import Reports
import Stores

struct PlanCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show what apply would change; changes nothing.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var options: PlanOptions

  private static let title = "vaultctl plan"

  @Flag(
    help: "Plan to delete everything that vaultctl applied; `apply FILE --force` carries it out.")
  var destroy = false

  @Flag(help: "Exit with code 2 if there are changes.")
  var detailedExitcode = false

  @Flag(help: "Compare with the applied records alone, without credentials, key or network.")
  var offline = false

  @Option(
    name: .output,
    help: ArgumentHelp(
      "Output format: text, json, markdown, sarif, junit or code-quality.", valueName: "format"))
  var format: ReportFormat = .text

  @Option(
    help: ArgumentHelp("Save the plan, for `vaultctl apply FILE`.", valueName: "file"),
    completion: .file())
  var out: String?

  @Option(
    help: ArgumentHelp(
      "Commit that a markdown comment compares readers and settings with (default: the trusted revision).",
      valueName: "commit"))
  var base: String?

  func validate() throws {
    if base != nil, format != .markdown {
      throw ValidationError("--base needs --output markdown")
    }
    if destroy, options.prune || options.adopt {
      throw ValidationError("--destroy cannot be used with --prune or --adopt")
    }
    if offline, out != nil {
      throw ValidationError(
        "--out cannot be used with --offline: a saved plan depends on the versions in the store")
    }
    if global.namesAllEnvironments, out != nil {
      throw ValidationError(
        "--out cannot be used with --env all: a saved plan applies to one store")
    }
  }

  var resultForm: ResultForm { format == .json ? .document : .text }

  /// 1. The manifests of every environment must be valid before any store is read.
  /// 2. Each is planned in turn.
  /// 3. Everything is reported in one document, then what fails the run.
  func carryOut(_ console: Console) async throws -> Outcome {
    let planning = try options.planning(destroys: destroy)
    if let out { try SavedPlan.requireReplaceable(out) }
    let workspace = try RunReport.loading(global, name: Self.title, format, console)
    let policy = try options.policy(of: workspace.project)
    let workspaces = try global.environments(of: workspace)
    try requireNoErrors(workspaces, console)
    let isReviewed = format == .markdown || RunReport.hasSummary
    let runner = PlanRunner(
      console: console, options: planning,
      sources: PlanSources(offline: offline, noFlows: options.noFlows),
      reviewer: isReviewed
        ? try PlanReviewer(option: base, trustRef: global.trustRef, root: workspace.files.root)
        : nil,
      file: out)
    let result = try await runner.run(workspaces)
    show(result, workspaces, console)
    if offline { console.report([.notAsked()]) }
    let outcome = result.outcome(under: policy, reportsChanges: detailedExitcode)
    if outcome == .finding {
      console.report(policy.violation(in: result.findings).map { [$0] } ?? [])
    }
    return outcome
  }

  private func requireNoErrors(_ workspaces: [Workspace], _ console: Console) throws {
    let diagnostics = workspaces.diagnostics
    guard diagnostics.hasErrors else { return }
    // If errors in manifests prevent a plan, a service still gets the errors.
    let report = report(workspaces, [])
    report.text(format).map { console.result($0) }
    report.annotate(console)
    throw Failure(diagnostics, sources: workspaces.first?.sources ?? [:])
  }

  private func show(_ result: PlanResult, _ workspaces: [Workspace], _ console: Console) {
    let (plans, faults) = (result.plans, result.faults)
    let report = report(workspaces, result.findings.map(\.diagnostic) + faults)
    PlanRenderer(plans: plans, report: report).show(as: format, on: console)
    report.annotate(console, summary: PlanMarkdown().text(plans))
    console.report(
      workspaces.diagnostics + faults, sources: workspaces.first?.sources ?? [:])
    console.report(plans.compactMap { SafetyGuard.refusal(of: $0.plan)?.asWarning })
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
      .storeNotAsked, "the store was not read", severity: .info,
      notes: ["changes made in it since the last apply (drift) are not shown"])
  }
}
