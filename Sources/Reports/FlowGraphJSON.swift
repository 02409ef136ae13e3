package import Model

/// Flows, their actions and the declared connections, for programs.
package struct FlowGraphJSON: Sendable {
  private let graph: FlowGraph
  package init(_ graph: FlowGraph) { self.graph = graph }

  private struct Form: Encodable {
    let flows: [FlowForm]
    let connections: [ConnectionForm]
  }

  private struct FlowForm: Encodable {
    let name: String
    let file: String
    let actions: [ActionForm]
  }

  private struct ActionForm: Encodable {
    let action: String
    /// The name in the flow; absent for an action that names none.
    let connection: String?
    let state: String

    init(_ step: FlowGraph.Step) {
      action = step.title
      switch step.target {
      case .connection(let name): (connection, state) = (name.rawValue, "declared")
      case .undeclared(let name): (connection, state) = (name, "undeclared")
      case .lacking: (connection, state) = (nil, "lacking")
      case .none: (connection, state) = (nil, "none")
      }
    }
  }

  private struct ConnectionForm: Encodable {
    let name: String
    let app: String
    let is_empty: Bool
    let is_used: Bool
  }

  package var report: JSONReport {
    let unused = Set(graph.unused.map(\.name))
    return JSONReport(
      Form(
        flows: graph.flows.map {
          FlowForm(name: $0.name, file: $0.file, actions: $0.steps.map(ActionForm.init))
        },
        connections: graph.connections.map {
          ConnectionForm(
            name: $0.name.rawValue, app: $0.app.rawValue, is_empty: $0.isEmpty,
            is_used: !unused.contains($0.name))
        }))
  }
}
