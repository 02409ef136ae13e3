import Applying
import Diagnostics
import Foundation
import Manifests
import Model
import Stores

/// The live parts of one run on one project.
struct Session: Sendable {
  let workspace: Workspace
  let keyring: Keyring
  let sealing: FieldSealer
  let store: any Store
  /// Who writes, now, with what, from which commit.
  let provenance: @Sendable () -> Provenance
  let clock = SystemClock()

  let stores: StoreFactory

  /// - Parameter destroys: deletes are for good, where a store could bring the connection back.
  /// - Throws: where the base alone has no store.
  init(_ workspace: Workspace, console: Console, destroys: Bool = false) throws {
    guard let settings = workspace.project.storeSettings(of: workspace.environment) else {
      throw Failure(.noEnvironmentChosen(workspace.project))
    }
    self.workspace = workspace
    keyring = Keyring.standard(workspace.project, console: console)
    sealing = FieldSealer(keyring: keyring)
    let clock = clock
    provenance = {
      Provenance(
        who: "\(HostIdentity.user)@\(HostIdentity.host)", at: clock.now(),
        toolVersion: vaultctlVersion,
        commit: GitHead.commit(above: workspace.files.root))
    }
    stores = StoreFactory(
      workspace: workspace, keyring: keyring, logger: console.logger, destroys: destroys,
      provenance: provenance)
    store = try stores.store(settings)
  }

  /// - Parameter isOffline: what is recorded, without asking the store.
  func read(isOffline: Bool = false) async throws -> Snapshot {
    try await mappingStoreErrors { () async throws(StoreError) in
      isOffline ? try await store.readOffline() : try await store.read()
    }
  }

  /// What the store says; its errors as what a command tells.
  func mappingStoreErrors<R>(_ work: () async throws(StoreError) -> R) async throws -> R {
    do throws(StoreError) {
      return try await work()
    } catch {
      throw Failure(Diagnostic(error, in: store.description))
    }
  }
}

struct SystemClock: Applying.Clock {
  func now() -> Timestamp { Timestamp(Date()) }
  func sleep(for duration: Duration) async { try? await Task.sleep(for: duration) }
}
