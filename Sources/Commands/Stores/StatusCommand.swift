import ArgumentParser
import Diagnostics
import Manifests
import Model
import Planning
import Reports

struct StatusCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "The vault page: every connection and its state.")

  @OptionGroup var global: GlobalOptions

  @Option(help: "Output: text or json.")
  var format: OutputFormat = .text

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    try workspace.requireNoErrors()
    let session = try Session(workspace, console: console)
    let snapshot = try await session.read()
    let tokens = try await session.tokenOverview()
    let plan = Planning.plan(
      PlanningInput(
        desired: workspace.state.connections, snapshot: snapshot, catalog: workspace.catalog,
        tokens: tokens))
    let rows = StatusReader(plan, snapshot, workspace, tokens).rows()
    let text = StatusText(palette: console.palette)
    let forecast = tokens.map { TokenForecast(rows, now: $0.now) }
    console.result(
      format == .json ? text.json(rows, forecast) : text.text(rows, forecast))
    return .fine
  }
}
