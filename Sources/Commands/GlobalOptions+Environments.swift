import Manifests

extension GlobalOptions {
  /// The project as the chosen environment sees it; with `--env all`, as each of them does.
  ///
  /// - Parameter workspace: as it was loaded with these options.
  /// - Throws: if all are chosen, and there are none.
  func environments(of workspace: Workspace) throws -> [Workspace] {
    guard namesAllEnvironments else { return [workspace] }
    let environments = workspace.project.environments
    if environments.isEmpty { throw Failure(.unknownEnvironment("all", workspace.project)) }
    return environments.map(workspace.choosing)
  }
}
