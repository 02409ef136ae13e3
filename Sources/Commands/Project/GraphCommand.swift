import ArgumentParser
import Diagnostics
import Manifests
import Model
import Planning
import Reports

struct GraphCommand: Subcommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, dot, mermaid }

  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Show flows, their actions and the connections they use.")

  @OptionGroup var global: GlobalOptions

  @Option(help: "Output format: text, dot (Graphviz) or mermaid.")
  var format: Format = .text

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    try workspace.requireNoErrors()
    let graph = FlowGraphText(
      FlowGraph(
        workspace.contents.flows, desired: workspace.state.connections, catalog: workspace.catalog))
    switch format {
    case .text: console.result(graph.text(console.palette))
    case .dot: console.result(graph.dot)
    case .mermaid: console.result(graph.mermaid)
    }
    return .fine
  }
}
