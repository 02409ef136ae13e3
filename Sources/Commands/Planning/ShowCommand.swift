import Applying
import ArgumentParser
import Diagnostics
import Foundation
import Manifests
import Model
import OpenPGP
import Planning
import Reports
import Stores

struct ShowCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a connection (declared, stored, history) or a saved plan.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection, or file with a saved plan.", completion: .connections)
  var name: String

  @Option(
    name: .output,
    help: ArgumentHelp(
      "Output format: text or json; of a saved plan also markdown, sarif, junit or code-quality.",
      valueName: "format"))
  var format: ReportFormat = .text

  var resultForm: ResultForm { format == .json ? .document : .text }

  func carryOut(_ console: Console) async throws -> Outcome {
    if namesPlan { return try shown(plan: name, console) }
    guard format == .text || format == .json else {
      throw ValidationError("this format can only be used with a saved plan; use text or json")
    }
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
    let rows = events.map {
      ConnectionText.Event(at: $0.at, who: $0.who, what: $0.kind.stored, commit: $0.commit)
    }
    let app = declared?.app ?? actual?.app
    if format == .json {
      console.result(
        ConnectionJSON.text(
          name: name, app: app, declared: declared, actual: actual,
          applied: snapshot.applied[name], events: rows))
    } else {
      console.result(
        ConnectionText(
          palette: console.palette,
          keyNames: await session.owners(
            of: Set((declared?.setup?.sealed.values).map { $0.flatMap(\.keyIDs) } ?? []))
        ).text(
          name: name, declared: declared, app: app, actual: actual,
          applied: snapshot.applied[name], events: rows))
    }
    return .fine
  }

  /// A connection is not hidden by a file of its name, which `./NAME` shows. Whatever cannot be a
  /// connection is a file.
  private var namesPlan: Bool {
    guard NamedFile.isPlan(name), PlanArgument.isFile(name, global) else { return false }
    return ConnectionName(name) == nil || SavedPlan.isPlan(name)
  }

  /// Needs neither the project nor a store.
  private func shown(plan file: String, _ console: Console) throws -> Outcome {
    let saved = try SavedPlan.read(file)
    let root = global.project ?? FileManager.default.currentDirectoryPath
    let planned = EnvironmentPlan(
      environment: saved.environment, store: saved.store.name, address: saved.store.address,
      plan: saved.plan)
    let report = RunReport(
      name: "vaultctl plan", root: root, files: saved.manifests,
      diagnostics: planned.plan.findings.map(\.diagnostic))
    PlanRenderer(plans: [planned], report: report).show(as: format, on: console)
    return .fine
  }
}
