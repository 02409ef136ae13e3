package import Model

/// What a project declares in one state of its files.
package struct DeclaredProject: Sendable {
  /// By environment; the base's under `nil`.
  package let connections: [String?: [DesiredConnection]]
  let catalog: Catalog
  /// The project file's settings as texts, by name.
  package let settings: [String: [String]]
  /// What each flow uses, by its name.
  let flowUses: [String: [String]]

  package init(
    connections: [String?: [DesiredConnection]] = [:], catalog: Catalog = .builtIn,
    settings: [String: [String]] = [:], flows: [Flow] = []
  ) {
    self.connections = connections
    self.catalog = catalog
    self.settings = settings
    let uses = flows.map { flow in
      let texts = flow.steps.compactMap { step in step.connection.map { "\(step.title) -> \($0)" } }
      return (flow.name, Set(texts).sorted())
    }
    flowUses = Dictionary(uses) { $0 + $1 }
  }
}
