import ArgumentParser
import Diagnostics
import Manifests
import Model
import Planning
import Reports

struct StatusCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "List connections and their state.")

  @OptionGroup var global: GlobalOptions

  @Option(help: "Output format: text or json.")
  var format: OutputFormat = .text

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    try workspace.requireNoErrors()
    let session = try SessionFactory(console: console).session(for: workspace)
    let overview = try await session.overview()
    let rows = StatusReader(overview, workspace).rows()
    let text = StatusText(palette: console.palette)
    let forecast = overview.tokens.map { TokenForecast(rows, now: $0.now) }
    switch format {
    case .text: console.result(text.text(rows, forecast))
    case .json: console.result(text.json(rows, forecast))
    }
    return .fine
  }
}
