import ArgumentParser
import Diagnostics
import Manifests
import Model
import Planning
import Reports

struct GraphCommand: Subcommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, dot, mermaid }

  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Show flows, their actions and the connections they use.")

  @OptionGroup var global: GlobalOptions

  @Option(
    name: .output,
    help: ArgumentHelp(
      "Output format: text, json, dot (Graphviz) or mermaid.", valueName: "format"))
  var format: Format = .text

  var resultForm: ResultForm { format == .json ? .document : .text }

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    try workspace.requireNoErrors()
    let graph = FlowGraph(
      workspace.contents.flows, desired: workspace.state.connections, catalog: workspace.catalog)
    let text = FlowGraphText(graph)
    switch format {
    case .text: console.result(text.text(console.palette))
    case .json: console.result(FlowGraphJSON(graph).report)
    case .dot: console.result(text.dot)
    case .mermaid: console.result(text.mermaid)
    }
    return .fine
  }
}
