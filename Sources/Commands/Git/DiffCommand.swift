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
    abstract: "Show what commits change: connections, fields and recipients, never a value.",
    discussion: """
      Both sides are read from git; no checkout and no store is needed. BASE..HEAD compares two \
      commits. BASE...HEAD shows what HEAD changed since it branched off BASE. BASE alone compares \
      with the working tree (HEAD in a bare clone); the default is HEAD with the working tree. With \
      a key available, rotated values are distinguished from values that were only sealed again.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Commits: BASE, BASE..HEAD or BASE...HEAD.") var range: String?

  @Option(
    name: .output,
    help: ArgumentHelp(
      "Output format: text, json or markdown.", valueName: "format"))
  var format: Format = .text

  @Flag(help: "Exit with code 2 if there are differences.")
  var detailedExitcode = false

  @Option(
    help: ArgumentHelp("Comma-separated findings that fail the run.", valueName: "findings"))
  var failOn: String?

  var resultForm: ResultForm { format == .json ? .document : .text }

  func carryOut(_ console: Console) async throws -> Outcome {
    // Wrong usage, before anything is read.
    _ = try FailOnPolicy(option: failOn, of: .diff)
    if let root = try? ProjectRoot.find(global.project) {
      try ProjectFiles(root: root).recover(console)
    }
    let sides = try DiffSides(RevisionRange(range), project: global.project)
    try requireNoErrors(sides, console)
    // A branch that takes a word out of the policy still has to pass the policy before it.
    let words = sides.new.project.failOn.union(sides.old?.project.failOn ?? [])
    let policy = try FailOnPolicy(words, option: failOn, of: .diff)
    let openPGP = PGPEngine(GPGSettings(isInteractive: console.letsGPGAsk))
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

  /// The newer side must be valid; files of the older one with errors are treated as missing, with a warning.
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
      .unreadableFile, "the older side has errors; files with errors are treated as missing",
      severity: .warning, notes: files)
  }
}
