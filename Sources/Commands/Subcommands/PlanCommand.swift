import ArgumentParser
import Diagnostics
import Manifests
import Model
import Planning
import Reports
import SQLiteStore
import Stores

/// What `plan` and `apply` both take.
struct PlanOptions: ParsableArguments {
  @Flag(help: "Also delete connections that vaultctl made and no manifest declares any more.")
  var prune = false

  @Flag(help: "Take over connections that are in the store already.")
  var adopt = false

  @Option(name: .customLong("target"), help: "Only this connection; may be given again.")
  var targets: [String] = []

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
    var kinds = policy
    for word in (failOn ?? "").split(separator: ",").map({ $0.filter { $0 != " " } }) {
      guard let kind = FindingKind(rawValue: word) else {
        let known = FindingKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--fail-on knows no `\(word)`; it knows: \(known)")
      }
      kinds.insert(kind)
    }
    return kinds
  }
}

struct PlanCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show what an apply would do; changes nothing.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var options: PlanOptions

  @Flag(help: "Exit with 2 where there are changes.")
  var detailedExitcode = false

  @Option(help: "Output: text, json, markdown, sarif, junit or code-quality.")
  var format: ReportFormat = .text

  @Option(
    help: ArgumentHelp("Save the plan, for `vaultctl apply FILE`.", valueName: "file"),
    completion: .file())
  var out: String?

  func carryOut(_ console: Console) async throws -> Outcome {
    let planning = try options.planning()
    let workspace = try Workspace.load(global.project)
    let failing = try options.failingKinds(workspace.project.failOn)
    if workspace.diagnostics.hasErrors {
      // Where manifests with errors allow no plan, a service is told of them.
      let report = report(workspace, [])
      report.text(format).map { console.result($0) }
      report.annotate(console)
    }
    try workspace.requireNoErrors()
    let session = Session(workspace, console: console)
    let (plan, basis) = try await session.plan(planning)
    if let out { try session.saved(plan, basis).write(to: out) }
    let store = session.store.description.description
    let report = report(workspace, plan.findings.map(\.diagnostic))
    console.result(PlanRendering(plan: plan, store: store, report: report).text(format, console))
    report.annotate(console, summary: PlanMarkdown(store: store).text(plan))
    console.report(workspace.diagnostics, sources: workspace.sources)
    if let refusal = SafetyGuard.refusal(of: plan) { console.report([refusal.asWarning]) }
    if plan.findings.contains(where: { $0.diagnostic.severity == .error }) { return .failed }
    if let violation = plan.violation(of: failing) {
      console.report([violation])
      return .finding
    }
    return detailedExitcode && !plan.changes.isEmpty ? .changes : .fine
  }

  private func report(_ workspace: Workspace, _ findings: [Diagnostic]) -> RunReport {
    RunReport(
      name: "vaultctl plan", workspace: workspace,
      diagnostics: workspace.diagnostics + findings)
  }
}

extension Plan {
  /// What the policy does not allow; `nil` where the plan holds none of it.
  func violation(of failing: Set<FindingKind>) -> Diagnostic? {
    let found = Set(findings.map(\.kind)).intersection(failing).map(\.rawValue).sorted()
    if found.isEmpty { return nil }
    return Diagnostic(
      .policyViolated, "the policy does not allow: \(found.joined(separator: ", "))",
      notes: ["it is `policy.failOn` of \(Project.fileName), or `--fail-on`"],
      help: ["mend what the findings above say, or take the word off the list"])
  }
}
