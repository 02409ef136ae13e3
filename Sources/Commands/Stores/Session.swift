import Applying
import Diagnostics
import HTTP
import Manifests
import Model
import Pacing
import Planning
import Stores

/// The live parts of one run on one project.
struct Session: Sendable {
  let console: Console
  let workspace: Workspace
  let keyring: Keyring
  let sealer: FieldSealer
  let store: Store
  /// The store as a saved plan is bound to it.
  let identity: StoreIdentity
  /// Provenance of a write that happens now.
  let provenance: @Sendable () -> Provenance
  /// Who does it.
  let author: Author
  /// Its time is the store's, if the store is a server.
  let runtime: Runtime
  let clock: ServerClock

  let stores: StoreFactory
  let completed = CompletedConnections()

  /// The declared connections; after a plan, with the endpoints that it discovered.
  var desired: [DesiredConnection] { completed.current ?? workspace.state.connections }

  /// That the store's clock differs much from this machine's; `nil` if it does not.
  var clockWarning: Diagnostic? {
    let skew = Diagnostic.clockSkew("\(store.description)", seconds: clock.skewSeconds)
    return skew.severity == .warning ? skew : nil
  }

  /// - Parameter isOffline: reads only the records, without a request to the store.
  func read(isOffline: Bool = false) async throws -> Snapshot {
    try await mappingStoreErrors { () async throws(StoreError) in
      isOffline ? try await store.readOffline() : try await store.reader.read()
    }
  }

  /// The result of a store request; its errors as diagnostics. One that fails after a part of it was
  /// done ends the command with *partly*.
  func mappingStoreErrors<R>(_ work: () async throws(StoreError) -> R) async throws -> R {
    do throws(StoreError) {
      return try await work()
    } catch {
      let diagnostic = Diagnostic(error, in: store.description)
      if case .unfinished = error { throw Failure(diagnostic, outcome: .partly) }
      throw Failure(diagnostic)
    }
  }
}
