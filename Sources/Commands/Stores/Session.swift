import Applying
import Diagnostics
import Manifests
import Model
import Pacing
import Stores

/// The live parts of one run on one project.
struct Session: Sendable {
  let workspace: Workspace
  let keyring: Keyring
  let sealer: FieldSealer
  let store: Store
  /// The store as a saved plan is bound to it.
  let identity: StoreIdentity
  /// Provenance of a write that happens now.
  let provenance: @Sendable () -> Provenance
  let runtime: Runtime

  let stores: StoreFactory

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
