import Applying
import Diagnostics
import Manifests
import Model
import Stores

/// Records imported connections as applied; their values stay as they are.
struct ImportRecorder {
  let session: Session
  let console: Console

  /// Applies only the records, with a lock and a journal.
  func record(_ imported: [ImportedConnection], _ global: GlobalOptions) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    try workspace.requireNoErrors()
    let outcome = try await session.underLock(waitingAtMost: 60, console) { lock in
      let actual = try await session.read().actual
      let changes = imported.compactMap { imported -> Change? in
        let name = imported.manifest.name
        return actual[name].map {
          Change(
            connection: name, app: $0.app, action: .record($0.id, at: $0.version),
            reason: .unmanaged, details: [], location: .file(imported.file))
        }
      }
      let applier = Applier(
        store: session.store, lock: lock, opener: session.sealer, catalog: workspace.catalog,
        runtime: session.runtime)
      return await applier.carryOut(
        Plan(changes: changes, findings: [], unchangedCount: 0, emptyCount: 0),
        desired: workspace.state.connections, by: session.provenance()
      ) { _, _ in }
    }
    console.report(outcome.diagnostics)
    return outcome.exitOutcome
  }
}
