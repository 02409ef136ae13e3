import ArgumentParser
import Diagnostics
import Manifests
import Model
import Pacing
import Planning
import Reports

struct ValidateCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check manifests, recipients and, if a key is available, every sealed value.")

  @OptionGroup var global: GlobalOptions

  private static let title = "vaultctl validate"

  @Option(help: "Output format: text, json, sarif, junit or code-quality.")
  var format: ReportFormat = .text

  func validate() throws {
    if format == .markdown {
      throw ValidationError("--format markdown is not supported by validate; use `plan`")
    }
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try RunReport.loading(global, name: Self.title, format, console)
    var diagnostics = workspace.diagnosticsOfAll
    let check = SealedValueCheck(
      workspace: workspace, keyring: .standard(workspace.project, console: console),
      now: Runtime.live.now())
    if workspace.manifests.contains(where: \.holdsSealed) {
      let found = try await check.diagnostics()
      // The keyring says more about the same.
      let differing = Set(found.filter { $0.code == .recipientsDiffer }.map(\.location))
      diagnostics.removeAll { $0.code == .moreKeyPackets && differing.contains($0.location) }
      diagnostics += found
    }
    diagnostics += workspace.flowFindings
    diagnostics.sort(by: Diagnostic.inReadingOrder)
    let outcome: Outcome = diagnostics.hasErrors ? .failed : .fine
    let report = RunReport(
      name: Self.title, workspace: workspace, diagnostics: diagnostics)
    switch format {
    case .json: console.result(DiagnosticJSON.text(diagnostics))
    case .sarif, .junit, .codeQuality: report.text(format).map { console.result($0) }
    case .text, .markdown:
      console.report(diagnostics, sources: workspace.sources)
      if outcome == .fine {
        console.result("\(workspace.countSummary), no errors.\n")
      }
    }
    report.annotate(console)
    return outcome
  }
}

extension Workspace {
  /// Of the chosen environment; if none was chosen, of all, each once.
  fileprivate var diagnosticsOfAll: [Diagnostic] {
    if environment != nil { return diagnostics + contents.untrusted }
    return contents.allDiagnostics
  }

  /// What flows cannot use, checked without a store, so ids are not resolved.
  fileprivate var flowFindings: [Diagnostic] {
    let states = environment == nil && !project.environments.isEmpty ? contents.states : [state]
    let found = states.flatMap { state in
      FlowIndex(contents.flows, desired: state.connections, snapshot: nil, catalog: catalog)
        .findings()
    }
    return Array(Set(found.map(\.diagnostic)))
  }

  /// `3 connections`; with environments, those of each.
  fileprivate var countSummary: String {
    let states = environment == nil ? contents.states : [state]
    return states.map { state in
      let count = state.connections.count
      let text = "\(count) \(count == 1 ? "connection" : "connections")"
      return state.environment.map { "\(text) in \($0.name)" } ?? text
    }.joined(separator: ", ")
  }
}

extension Manifest {
  fileprivate var holdsSealed: Bool {
    documents.contains { $0.slots.contains { $0.sealed != nil } }
  }
}
