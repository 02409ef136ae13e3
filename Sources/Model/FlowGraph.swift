/// Flows, their actions, and the connections that those use.
package struct FlowGraph: Hashable, Sendable {
  package struct Node: Hashable, Sendable {
    package let name: ConnectionName
    package let app: AppID
    package let isEmpty: Bool

    package init(name: ConnectionName, app: AppID, isEmpty: Bool) {
      self.name = name
      self.app = app
      self.isEmpty = isEmpty
    }
  }

  package enum Target: Hashable, Sendable {
    case connection(ConnectionName)
    /// The name in the flow; no manifest declares it.
    case undeclared(String)
    /// The action needs a connection and names none.
    case lacking
    /// The action needs none.
    case none
  }

  package struct Step: Hashable, Sendable {
    package let title: String
    package let target: Target

    package init(title: String, target: Target) {
      self.title = title
      self.target = target
    }
  }

  package struct Flow: Hashable, Sendable {
    package let name: String
    package let file: String
    package let steps: [Step]

    package init(name: String, file: String, steps: [Step]) {
      self.name = name
      self.file = file
      self.steps = steps
    }
  }

  /// By file.
  package let flows: [Flow]
  /// The declared connections, by name.
  package let connections: [Node]

  package init(flows: [Flow], connections: [Node]) {
    self.flows = flows
    self.connections = connections
  }

  /// The declared connections that no flow uses.
  package var unused: [Node] {
    let used = Set(flows.flatMap(\.steps).map(\.target))
    return connections.filter { !used.contains(.connection($0.name)) }
  }
}
