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
  ///
  /// - Parameter files: the connections' manifests, which were written: nothing fails as a whole any more.
  func record(
    _ files: [ConnectionName: String], _ global: GlobalOptions
  ) async throws -> Outcome {
    let outcome: ApplyOutcome
    do {
      outcome = try await recorded(files, global)
    } catch {
      console.note(Self.advice)
      throw Failure(error, outcome: .partly)
    }
    console.report(outcome.diagnostics)
    guard outcome.exitOutcome == .failed else { return outcome.exitOutcome }
    console.note(Self.advice)
    return .partly
  }

  private func recorded(
    _ files: [ConnectionName: String], _ global: GlobalOptions
  ) async throws -> ApplyOutcome {
    let workspace = try Workspace.load(global)
    try workspace.requireNoErrors()
    return try await session.underLock(waitingAtMost: 60, console) { lock in
      let snapshot = try await session.read()
      let discovery = await EndpointDiscovery(
        of: workspace.state.connections, workspace.catalog, snapshot, over: session.tokenHTTP)
      // Without its endpoints a connection would be recorded as if it had none.
      let doubts = discovery.diagnostics(
        workspace.state.connections.filter { files[$0.name] != nil })
      if doubts.hasErrors { throw Failure(doubts) }
      console.report(doubts)
      let changes = files.sorted { $0.key < $1.key }.compactMap { name, file in
        snapshot.actual[name].map {
          Change(
            connection: name, app: $0.app, action: .record($0.id, at: $0.version),
            reason: .unmanaged, details: [], location: .file(file))
        }
      }
      let applier = Applier(
        store: session.store, lock: lock, opener: session.sealer, catalog: workspace.catalog,
        runtime: session.runtime)
      return await applier.carryOut(
        Plan(changes: changes, findings: [], unchangedCount: 0, emptyCount: 0),
        desired: discovery.completed(workspace.state.connections), by: session.provenance()
      ) { _, _ in }
    }
  }

  private static let advice: TerminalText =
    "The manifests are written; to record what they declare: vaultctl apply --adopt"
}
