import Applying
import Diagnostics
import Foundation
import HTTP
import Manifests
import Model
import Pacing
import Stores

/// Builds the live parts of a run: the one place where a store is opened.
struct SessionFactory {
  let console: Console
  /// Deletes permanently, even if the store could restore the connection.
  var destroys = false

  /// Seconds to wait for other processes that use the store.
  var lockTimeout: Int64 = 60

  /// The name by which a renamed project's keys still open.
  var previousProjectName: String?

  /// Whether a store with a `credentialsCommand` takes nothing else as its login: the environment's is that
  /// of another server.
  var ignoresEnvironmentLogins = false

  /// Whether settings that are not used are reported; those of a plan are its findings.
  var reportsUntrusted = true

  /// - Parameter settings: of a store that the project file does not name; `nil` for the project's.
  /// - Throws: if nobody trusts the project's settings, no environment is chosen and the base alone has
  ///   no store, or the project has no id, by which its records would name their owner.
  func session(
    for workspace: Workspace, with settings: StoreSettings? = nil
  ) throws -> Session {
    try workspace.requireTrust()
    if reportsUntrusted {
      console.report(workspace.contents.untrusted, sources: workspace.sources)
    }
    guard let settings = settings ?? workspace.project.storeSettings(of: workspace.environment)
    else {
      throw Failure(.noEnvironmentChosen(workspace.project))
    }
    guard workspace.project.id != nil else { throw Failure(.projectWithoutID) }
    let keyring = Keyring.standard(workspace.project, console: console)
    let clock = ServerClock()
    let live = Runtime.live
    let runtime = Runtime(
      now: { clock.time(at: live.now()) }, elapsed: live.elapsed, sleep: live.sleep,
      random: live.random)
    let author = Author(
      root: workspace.files.root, environment: ProcessInfo.processInfo.environment)
    let provenance: @Sendable () -> Provenance = {
      Provenance(
        who: author.name, at: runtime.now(),
        toolVersion: Program.version,
        commit: GitHead.commit(above: workspace.files.root))
    }
    let stores = StoreFactory(
      workspace: workspace, keyring: keyring, logger: console.logger, destroys: destroys,
      runtime: runtime, clock: clock, lockTimeout: lockTimeout,
      previousProjectName: previousProjectName,
      ignoresEnvironmentLogins: ignoresEnvironmentLogins, provenance: provenance)
    let store = try stores.store(settings)
    return Session(
      console: console, workspace: workspace, keyring: keyring,
      sealer: FieldSealer(keyring: keyring),
      store: store, identity: try stores.identity(of: settings, store), provenance: provenance,
      author: author,
      runtime: runtime, clock: clock, stores: stores)
  }
}
