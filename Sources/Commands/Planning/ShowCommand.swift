import Applying
import ArgumentParser
import Diagnostics
import Foundation
import Manifests
import Model
import Planning
import Reports
import Stores

struct ShowCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a connection (declared, stored, history) or a saved plan.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection, or file with a saved plan.") var name: String

  @Option(
    help: "Output format of a saved plan: text, json, markdown, sarif, junit or code-quality.")
  var format: ReportFormat = .text

  func carryOut(_ console: Console) async throws -> Outcome {
    if namesPlan { return try shown(plan: name, console) }
    if format != .text { throw ValidationError("--format can only be used with a saved plan") }
    let workspace = try Workspace.load(global)
    let session = try SessionFactory(console: console).session(for: workspace)
    let snapshot = try await session.read()
    let name = ConnectionName(name)
    let declared = name.flatMap { name in workspace.state.connections.first { $0.name == name } }
    let actual = name.flatMap { snapshot.actual[$0] }
    guard let name, declared != nil || actual != nil else {
      _ = try workspace.documents(self.name)
      return .failed
    }
    let events = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await session.store.history?.events(of: name) ?? []
    }
    console.result(
      ConnectionText(palette: console.palette).text(
        name: name, declared: declared, app: declared?.app ?? actual?.app,
        actual: actual, applied: snapshot.applied[name],
        events: events.map {
          ConnectionText.Event(at: $0.at, who: $0.who, what: $0.kind.stored, commit: $0.commit)
        }))
    return .fine
  }

  /// A connection is not hidden by a file of its name, which `./NAME` shows. Whatever cannot be a
  /// connection is a file.
  private var namesPlan: Bool {
    guard NamedFile.isPlan(name) else { return false }
    if ConnectionName(name) == nil { return true }
    return SavedPlan.isPlan(name) && !declares(name)
  }

  /// A plan can be shown outside of its project.
  private func declares(_ name: String) -> Bool {
    let state = try? Workspace.load(global).state
    return state?.connections.contains { $0.name.rawValue == name } ?? false
  }

  /// Needs neither the project nor a store.
  private func shown(plan file: String, _ console: Console) throws -> Outcome {
    let saved = try SavedPlan.read(file)
    let root = global.project ?? FileManager.default.currentDirectoryPath
    let report = RunReport(
      name: "vaultctl plan", root: root, files: saved.manifests,
      diagnostics: saved.plan.findings.map(\.diagnostic))
    PlanRenderer(
      plans: [
        EnvironmentPlan(
          environment: saved.environment, store: saved.store.name, address: saved.store.address,
          plan: saved.plan)
      ], report: report
    ).show(as: format, on: console)
    return .fine
  }
}
