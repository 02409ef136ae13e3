import Manifests
import Planning

extension ProjectContents {
  var declared: DeclaredProject { declared(as: self) }

  /// What it declares, with a newer state's names of its environments: one that was renamed is compared with
  /// itself.
  func declared(as newer: ProjectContents) -> DeclaredProject {
    let names = newer.project.names(ofEnvironmentsIn: project)
    return DeclaredProject(
      connections: Dictionary(
        states.map { ($0.environment.map { names[$0.name] }, $0.connections) }
      ) { first, _ in first },
      catalog: project.catalog, settings: settings.renaming(names).texts, flows: flows)
  }
}
