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

  /// Whether settings that are not used are reported; those of a plan are its findings.
  var reportsUntrusted = true

  /// - Throws: if nobody trusts the project's settings, or no environment is chosen and the base alone
  ///   has no store.
  func session(for workspace: Workspace) throws -> Session {
    try workspace.requireTrust()
    if reportsUntrusted {
      console.report(workspace.contents.untrusted, sources: workspace.sources)
    }
    guard let settings = workspace.project.storeSettings(of: workspace.environment) else {
      throw Failure(.noEnvironmentChosen(workspace.project))
    }
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
      runtime: runtime, provenance: provenance)
    return Session(
      workspace: workspace, keyring: keyring, sealer: FieldSealer(keyring: keyring),
      store: try stores.store(settings), provenance: provenance, runtime: runtime,
      stores: stores)
  }
}
