import Manifests
import Planning

extension ProjectContents {
  var declared: DeclaredProject {
    DeclaredProject(
      connections: Dictionary(states.map { ($0.environment?.name, $0.connections) }) { first, _ in
        first
      }, catalog: project.catalog, settings: settings.texts, flows: flows)
  }
}
