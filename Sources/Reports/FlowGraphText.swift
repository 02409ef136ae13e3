package import Model

/// Flows, actions and connections: for people, for Graphviz, for Mermaid.
package struct FlowGraphText: Sendable {
  private let graph: FlowGraph
  package init(_ graph: FlowGraph) { self.graph = graph }

  /// An indented list; what no flow uses at the end.
  package func text(_ palette: Palette) -> String {
    let nodes = Dictionary(graph.connections.map { ($0.name, $0) }) { first, _ in first }
    let flows = graph.flows.map { flow in
      let width = flow.steps.map(\.title.unicodeScalars.count).max() ?? 0
      let lines = flow.steps.map { step in
        let target = target(step.target, nodes, palette)
        let title = shown(step.title)
        return target.isEmpty ? "  \(title)\n" : "  \(title.padded(to: width)) -> \(target)\n"
      }
      return palette.bold("flow \"\(shown(flow.name))\"") + " (\(shown(flow.file)))\n"
        + lines.joined()
    }
    let unused = graph.unused.map { "  \(shown($0.name.rawValue)) (\($0.app))\n" }
    let rest = unused.isEmpty ? [] : [palette.bold("used by no flow") + "\n" + unused.joined()]
    return (flows + rest).joined(separator: "\n")
  }

  private func target(
    _ target: FlowGraph.Target, _ nodes: [ConnectionName: FlowGraph.Node], _ palette: Palette
  ) -> String {
    switch target {
    case .connection(let name):
      let isEmpty = nodes[name]?.isEmpty ?? false
      return shown(name.rawValue) + (isEmpty ? palette.orange(" [empty]") : "")
    case .undeclared(let text): return shown(text) + palette.red(" [not declared]")
    case .lacking: return palette.red("[no connection]")
    case .none: return ""
    }
  }

  /// Graphviz' language; every text is a quoted string.
  package var dot: String {
    var lines = ["digraph vaultctl {", "  rankdir=LR;", "  node [shape=box];"]
    for node in nodes() {
      lines.append("  \(node.id) [label=\(Self.quoted(node.label))\(node.kind.inDot)];")
    }
    lines += edges().map { "  \($0.from) -> \($0.to);" }
    return (lines + ["}"]).joined(separator: "\n") + "\n"
  }

  /// A flowchart as GitHub and GitLab draw it; every text is in quotes, with entities.
  package var mermaid: String {
    var lines = ["flowchart LR"]
    for node in nodes() {
      lines.append("  \(node.id)\(node.kind.inMermaid(Self.entities(node.label)))")
    }
    lines += edges().map { "  \($0.from) --> \($0.to)" }
    let empty = nodes().filter { $0.kind == .empty }.map(\.id)
    let missing = nodes().filter { $0.kind == .missing }.map(\.id)
    if !empty.isEmpty { lines.append("  style \(empty.joined(separator: ",")) stroke:#f80") }
    if !missing.isEmpty { lines.append("  style \(missing.joined(separator: ",")) stroke:#d00") }
    return lines.joined(separator: "\n") + "\n"
  }

  fileprivate enum Kind: Hashable { case flow, step, connection, empty, missing }

  private struct Node {
    let id: String
    let label: String
    let kind: Kind
  }

  private func nodes() -> [Node] {
    var nodes: [Node] = []
    for (index, flow) in graph.flows.enumerated() {
      nodes.append(Node(id: "f\(index)", label: flow.name, kind: .flow))
      for (location, step) in flow.steps.enumerated() {
        nodes.append(Node(id: "f\(index)a\(location)", label: step.title, kind: .step))
      }
    }
    for (index, node) in graph.connections.enumerated() {
      nodes.append(
        Node(id: "c\(index)", label: node.name.rawValue, kind: node.isEmpty ? .empty : .connection))
    }
    for (index, text) in missing.enumerated() {
      nodes.append(Node(id: "m\(index)", label: text, kind: .missing))
    }
    return nodes
  }

  private var missing: [String] {
    let texts = graph.flows.flatMap(\.steps).compactMap { step in
      if case .undeclared(let text) = step.target { text } else { nil }
    }
    return Set(texts).sorted()
  }

  private func edges() -> [(from: String, to: String)] {
    let connections = Dictionary(
      graph.connections.enumerated().map { ($0.element.name, "c\($0.offset)") }
    ) { first, _ in first }
    let missing = missing
    return graph.flows.enumerated().flatMap { index, flow in
      flow.steps.enumerated().flatMap { location, step -> [(from: String, to: String)] in
        let id = "f\(index)a\(location)"
        let edge = (from: "f\(index)", to: id)
        switch step.target {
        case .connection(let name): return [edge] + (connections[name].map { [(id, $0)] } ?? [])
        case .undeclared(let text):
          return [edge] + (missing.firstIndex(of: text).map { [(id, "m\($0)")] } ?? [])
        case .lacking, .none: return [edge]
        }
      }
    }
  }

  private static func quoted(_ text: String) -> String {
    let escaped = shown(text).map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }
    return "\"" + escaped.joined() + "\""
  }

  private static func entities(_ text: String) -> String {
    shown(text).unicodeScalars.map { scalar in
      "\"#<>&`;\\".unicodeScalars.contains(scalar) ? "#\(scalar.value);" : String(scalar)
    }.joined()
  }
}

extension FlowGraphText.Kind {
  fileprivate var inDot: String {
    switch self {
    case .flow: ", shape=oval"
    case .step: ""
    case .connection: ", shape=cylinder"
    case .empty: ", shape=cylinder, color=orange"
    case .missing: ", shape=cylinder, color=red, style=dashed"
    }
  }

  fileprivate func inMermaid(_ label: String) -> String {
    switch self {
    case .flow: "([\"\(label)\"])"
    case .step: "[\"\(label)\"]"
    case .connection, .empty, .missing: "[(\"\(label)\")]"
    }
  }
}
