import Manifests

extension Workspace {
  /// The chosen environment; if none was chosen, each that has a store.
  var withStores: [Workspace] {
    if environment != nil { return [self] }
    return (project.storeSettings(of: nil) == nil ? [] : [self])
      + project.environments.map(choosing)
  }
}
