import Diagnostics
import Model
import Reports
import TestSupport
import Testing

@Suite struct FlowGraphTests {
  private func graph(flow: String, missing: String) throws -> FlowGraphText {
    FlowGraphText(
      FlowGraph(
        flows: [
          FlowGraph.Flow(
            name: flow, file: "flows/a.json",
            steps: [
              FlowGraph.Step(title: "twilio.send_sms", target: .connection(try name("twilio"))),
              FlowGraph.Step(title: "crm.find", target: .connection(try name("crm"))),
              FlowGraph.Step(title: "slack.post_message", target: .undeclared(missing)),
              FlowGraph.Step(title: "stripe.get_customer", target: .lacking),
              FlowGraph.Step(title: "flow.do_nothing", target: .none),
            ])
        ],
        connections: [
          FlowGraph.Node(name: try name("crm"), app: "crm", isEmpty: true),
          FlowGraph.Node(name: try name("spare"), app: "crm", isEmpty: false),
          FlowGraph.Node(name: try name("twilio"), app: "twilio", isEmpty: false),
        ]))
  }

  @Test func isDrawnInEveryFormat() throws {
    let graph = try graph(flow: "Welcome", missing: "slack-prod")
    try expectGolden(graph.text(Palette(isOn: false)).rendered, "graph.txt")
    try expectGolden(graph.dot.text, "graph.dot")
    try expectGolden(graph.mermaid.text, "graph.mmd")
  }

  @Test func noNameBreaksOut() throws {
    let hostile = "x\"]; evil [label=\"\\\n--> <b>`"
    let graph = try graph(flow: hostile, missing: hostile)
    #expect(
      graph.dot.text.contains(#"f0 [label="x\"]; evil [label=\"\\\\n--> <b>`", shape=oval];"#))
    #expect(!graph.mermaid.text.contains("<b>") && !graph.mermaid.text.contains("evil [label=\""))
    #expect(graph.dot.text.split(separator: "\n").count == graph.dot.text.count { $0 == "\n" })
  }
}
