import Diagnostics
import Manifests
import Model
import Reports

/// The connections that the actions of a flow lack.
struct FlowScaffolder {
  struct Missing {
    let name: ConnectionName
    let app: App
    /// Actions that name no connection yet.
    let unnamed: [String]
    /// It was scaffolded before, and is still empty.
    let isDeclared: Bool
  }

  let workspace: Workspace

  /// One connection for each undeclared name, and one for each app whose actions name none.
  func missing(_ flow: Flow) throws -> [Missing] {
    try workspace.requireAllFiles()
    try workspace.requireReadable(workspace.state.manifests.filter(\.isUnread))
    let declared = Dictionary(
      grouping: workspace.state.manifests.flatMap(\.documents), by: \.name.rawValue)
    var found: [String: (app: App, unnamed: [String])] = [:]
    for step in flow.steps where step.isDirect {
      guard let app = workspace.catalog[step.app] else { continue }
      if let text = step.connection {
        if declared[text] == nil, found[text] == nil { found[text] = (app, []) }
        continue
      }
      guard workspace.catalog.needsConnection(step) else { continue }
      // Several actions share the one that has been made for their app.
      var names = UniqueNames(separator: "-")
      let name = names.name(
        for: Scaffold.connectionName(forFlow: flow.name, app.id),
        isTaken: { text in
          // An earlier run made it, and the flow does not name it yet.
          declared[text]?.contains { $0.app?.id != app.id || !$0.isEmpty } ?? false
        })
      found[name, default: (app, [])].unnamed.append(step.title)
    }
    return try found.sorted { $0.key < $1.key }.map { text, found in
      guard let name = ConnectionName(text) else {
        throw Diagnostic(
          .invalidName, "`\(text)` in flow `\(flow.name)` is not a valid connection name",
          at: .file(flow.file))
      }
      return Missing(
        name: name, app: found.app, unnamed: found.unnamed, isDeclared: declared[text] != nil)
    }
  }
}
