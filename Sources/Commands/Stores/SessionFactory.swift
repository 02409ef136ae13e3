import Applying
import Diagnostics
import Manifests
import Model
import Pacing
import Stores

/// Builds the live parts of a run: the one place where a store is opened.
struct SessionFactory {
  let console: Console
  /// Deletes permanently, even if the store could restore the connection.
  var destroys = false

  /// The name by which a renamed project's keys still open.
  var previousProjectName: String?

  /// Whether settings that are not used are reported; those of a plan are its findings.
  var reportsUntrusted = true

  /// - Throws: if nobody trusts the project's settings, no environment is chosen and the base alone has
  ///   no store, or the project has no id, by which its records would name their owner.
  func session(for workspace: Workspace) throws -> Session {
    try workspace.requireTrust()
    if reportsUntrusted {
      console.report(workspace.contents.untrusted, sources: workspace.sources)
    }
    guard let settings = workspace.project.storeSettings(of: workspace.environment) else {
      throw Failure(.noEnvironmentChosen(workspace.project))
    }
    guard workspace.project.id != nil else { throw Failure(.projectWithoutID) }
    let keyring = Keyring.standard(workspace.project, console: console)
    let runtime = Runtime.live
    let provenance: @Sendable () -> Provenance = {
      Provenance(
        who: "\(HostIdentity.user)@\(HostIdentity.host)", at: runtime.now(),
        toolVersion: Program.version,
        commit: GitHead.commit(above: workspace.files.root))
    }
    let stores = StoreFactory(
      workspace: workspace, keyring: keyring, logger: console.logger, destroys: destroys,
      runtime: runtime, previousProjectName: previousProjectName, provenance: provenance)
    let store = try stores.store(settings)
    return Session(
      workspace: workspace, keyring: keyring, sealer: FieldSealer(keyring: keyring),
      store: store, identity: try stores.identity(of: settings, store), provenance: provenance,
      runtime: runtime, stores: stores)
  }
}
