package import Model

extension FlowGraph {
  /// What the flows use of the declared connections; no store is read.
  package init(_ flows: [Model.Flow], desired: [DesiredConnection], catalog: Catalog) {
    let index = FlowIndex(flows, desired: desired, snapshot: nil, catalog: catalog)
    self.init(
      flows: flows.sorted { $0.file < $1.file }.map { flow in
        FlowGraph.Flow(
          name: flow.name, file: flow.file,
          steps: flow.steps.filter { $0.isDirect || index.connection(of: $0) != nil }.map { step in
            FlowGraph.Step(title: step.title, target: index.target(of: step))
          })
      },
      connections: desired.sorted { $0.name < $1.name }.map { connection in
        FlowGraph.Node(
          name: connection.name, app: connection.app,
          isEmpty: Finding.empty(connection, actual: nil, catalog: catalog) != nil)
      })
  }
}

extension FlowIndex {
  fileprivate func target(of step: FlowStep) -> FlowGraph.Target {
    if let name = connection(of: step) { return .connection(name) }
    if let text = step.connection { return .undeclared(text) }
    return needsConnection(step) ? .lacking : .none
  }
}
