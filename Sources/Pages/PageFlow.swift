import Model

/// A flow as the page draws it.
struct PageFlow: Encodable, Sendable {
  struct Step: Encodable {
    let title: String
    /// `connection`, `undeclared`, `lacking` or `none`.
    let kind: String
    /// The connection's name; of one that is not declared, what the flow says.
    let to: String?

    init(_ step: FlowGraph.Step) {
      title = step.title
      switch step.target {
      case .connection(let name): (kind, to) = ("connection", name.rawValue)
      case .undeclared(let text): (kind, to) = ("undeclared", text)
      case .lacking: (kind, to) = ("lacking", nil)
      case .none: (kind, to) = ("none", nil)
      }
    }
  }

  let env: Int
  let name: String
  let file: String
  let steps: [Step]

  init(_ flow: FlowGraph.Flow, environment: Int) {
    env = environment
    name = flow.name
    file = flow.file
    steps = flow.steps.map(Step.init)
  }
}
