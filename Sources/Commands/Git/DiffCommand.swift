import ArgumentParser
import Diagnostics
import Manifests
import Model
import OpenPGP
import Reports

struct DiffCommand: Subcommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, markdown }

  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "What commits change, in words: connections, fields, recipients; never a value.",
    discussion: """
      Reads both sides from git, without a checkout, and asks no store. BASE..HEAD: two commits. \
      BASE...HEAD: what HEAD did since it left BASE. BASE: that commit and the work tree (HEAD in \
      a bare clone). Nothing: HEAD and the work tree. Where a key is at hand, it tells a rotated \
      value from one that was sealed again.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Commits: BASE, BASE..HEAD or BASE...HEAD.") var range: String?

  @Option(help: "Output: text, json or markdown.")
  var format: Format = .text

  @Flag(help: "Exit with 2 where there is a difference.")
  var detailedExitcode = false

  @Option(
    help: ArgumentHelp("Findings that fail the run, by commas.", valueName: "findings"))
  var failOn: String?

  func carryOut(_ console: Console) async throws -> Outcome {
    let policy = try FailOnPolicy(option: failOn)
    let sides = try DiffSides(RevisionRange(range), project: global.project)
    try requireNoErrors(sides, console)
    let openPGP = PGPEngine(GPGSettings(isInteractive: console.canAsk))
    let output = try await DiffBuilder(sides: sides, openPGP: openPGP).result()
    let report = output.report
    switch format {
    case .text: console.result(DiffText(palette: console.palette, report).text)
    case .json: console.result(DiffJSON.text(report))
    case .markdown: console.result(DiffMarkdown.text(report))
    }
    console.report(output.faults, sources: sides.new.sources)
    let hasErrors = report.findings.contains { $0.diagnostic.severity == .error }
    if hasErrors || !output.faults.isEmpty { return .failed }
    if let violation = policy.violation(in: report.findings) {
      console.report([violation])
      return .finding
    }
    return detailedExitcode && !report.diff.isEmpty ? .changes : .fine
  }

  /// The newer side must be right; of the older one, what is not counts as absent, with a warning.
  private func requireNoErrors(_ sides: DiffSides, _ console: Console) throws {
    let faults = sides.new.allDiagnostics
    if faults.hasErrors { throw Failure(faults, sources: sides.new.sources) }
    let former = sides.old?.allDiagnostics.filter { $0.severity == .error } ?? []
    if !former.isEmpty {
      console.report([.formerFaults(former)])
    }
  }
}

extension Diagnostic {
  fileprivate static func formerFaults(_ faults: [Diagnostic]) -> Diagnostic {
    let files = Set(faults.compactMap { $0.location?.file }).sorted()
    return Diagnostic(
      .unreadableFile, "the older side has errors; what they are in counts as absent there",
      severity: .warning, notes: files)
  }
}
