package import Diagnostics
package import Model

/// Flows, actions and connections: for people, for Graphviz, for Mermaid.
package struct FlowGraphText: Sendable {
  private let graph: FlowGraph
  package init(_ graph: FlowGraph) { self.graph = graph }

  /// An indented list; unused connections at the end.
  package func text(_ palette: Palette) -> TerminalText {
    let nodes = Dictionary(graph.connections.map { ($0.name, $0) }) { first, _ in first }
    let flows = graph.flows.map { flow -> TerminalText in
      let width = flow.steps.map { TerminalText($0.title).width }.max() ?? 0
      let lines = flow.steps.map { step -> TerminalText in
        let target = target(step.target, nodes, palette)
        let title = TerminalText(step.title)
        return target.isEmpty ? "  \(title)\n" : "  \(title.padded(to: width)) -> \(target)\n"
      }
      return palette.bold("flow \"\(flow.name)\"") + " (\(flow.file))\n"
        + lines.joined()
    }
    let unused: [TerminalText] = graph.unused.map { "  \($0.name.rawValue) (\($0.app))\n" }
    let rest = unused.isEmpty ? [] : [palette.bold("used by no flow") + "\n" + unused.joined()]
    return (flows + rest).joined(separator: "\n")
  }

  private func target(
    _ target: FlowGraph.Target, _ nodes: [ConnectionName: FlowGraph.Node], _ palette: Palette
  ) -> TerminalText {
    switch target {
    case .connection(let name):
      let isEmpty = nodes[name]?.isEmpty ?? false
      return TerminalText(name.rawValue) + (isEmpty ? palette.orange(" [empty]") : "")
    case .undeclared(let text): return TerminalText(text) + palette.red(" [not declared]")
    case .lacking: return palette.red("[no connection]")
    case .none: return ""
    }
  }

  /// Graphviz' language; every text is a quoted string.
  package var dot: MachineText {
    var lines = ["digraph vaultctl {", "  rankdir=LR;", "  node [shape=box];"]
    for node in nodes() {
      lines.append("  \(node.id) [label=\(Self.quoted(node.label))\(node.kind.inDot)];")
    }
    lines += edges().map { "  \($0.from) -> \($0.to);" }
    return MachineText(written: (lines + ["}"]).joined(separator: "\n") + "\n")
  }

  /// A flowchart as GitHub and GitLab draw it; every text is in quotes, with entities.
  package var mermaid: MachineText {
    var lines = ["flowchart LR"]
    for node in nodes() {
      lines.append("  \(node.id)\(node.kind.inMermaid(Self.entities(node.label)))")
    }
    lines += edges().map { "  \($0.from) --> \($0.to)" }
    let empty = nodes().filter { $0.kind == .empty }.map(\.id)
    let missing = nodes().filter { $0.kind == .missing }.map(\.id)
    if !empty.isEmpty { lines.append("  style \(empty.joined(separator: ",")) stroke:#f80") }
    if !missing.isEmpty { lines.append("  style \(missing.joined(separator: ",")) stroke:#d00") }
    return MachineText(written: lines.joined(separator: "\n") + "\n")
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

  /// A quoted string of DOT: only quotes end it, and Graphviz reads `\n` and `\N` in a label unless
  /// the backslash is doubled. A label in quotes is never HTML-like.
  private static func quoted(_ text: String) -> String {
    let escaped = TerminalText(text).renderedWithinLine.map { mark in
      mark == "\"" || mark == "\\" ? "\\\(mark)" : String(mark)
    }
    return "\"" + escaped.joined() + "\""
  }

  /// Entity codes (Mermaid, "Entity codes to escape characters") for whatever is neither a letter, a
  /// digit nor a plain mark: Mermaid reads HTML, Markdown and its own syntax in labels.
  private static func entities(_ text: String) -> String {
    TerminalText(text).renderedWithinLine.unicodeScalars.map { scalar in
      let isPlain =
        !scalar.isASCII || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        || " -_.:/,".unicodeScalars.contains(scalar)
      return isPlain ? String(scalar) : "#\(scalar.value);"
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
