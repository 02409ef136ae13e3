import Crypto
import Encodings
import Model
import Stores

/// The journal of a ledger: what a run intends to do is part of the ledger's state, at its remote
/// too, before anything is written.
struct LedgerJournal<Records: Ledger>: ApplyJournal {
  let backend: any RecordlessBackend
  let lock: LedgerLock<Records>
  let writer: any ConnectionWriter
  let provenance: @Sendable () -> Provenance

  /// The end of the run releases the lock too.
  func beginRun(
    _ intents: [StoreIntent], by provenance: Provenance
  ) async throws(StoreError) -> ApplyRun {
    try await backend.check(Set(intents.flatMap(\.action.operations)).union([.read]))
    await lock.markChanged()
    let journaled = intents.map { JournaledIntent($0, keepsDraft: true) }
    let digest = hexadecimal(SHA256.hash(data: Array(canonicalText(journaled).utf8)))
    try await lock.save(isShared: true) { contents in
      contents.state.run?.provenance = provenance
      contents.state.run?.plan = digest
      contents.state.run?.intents = journaled
    }
    return ApplyRun(
      writer: writer,
      abandon: { [lock] name async throws(StoreError) in
        // A refused change is removed from the intents.
        try await lock.save(isShared: false) { contents in
          contents.state.run?.intents.removeAll { $0.connection == name }
        }
      },
      end: { [lock] _ async throws(StoreError) in try await lock.endRun() })
  }

  /// Looks up in the backend the result of each change that a killed run intended.
  func recoverInterruptedRuns() async throws(StoreError) -> [InterruptedRun] {
    let runs = await lock.heldContents?.state.interrupted ?? []
    if runs.isEmpty { return [] }
    let recovery = CrashRecovery(try await backend.list())
    await lock.markChanged()
    try await lock.save(isShared: true) { contents in
      for run in runs {
        for intent in run.intents {
          recovery.recover(intent, of: run, by: provenance(), in: &contents.entries)
        }
      }
      contents.state.interrupted = []
    }
    return runs.map { run in
      InterruptedRun(
        provenance: run.provenance ?? provenance(), planned: run.done + run.intents.count,
        done: run.done, inDoubt: run.intents.map(\.connection))
    }
  }
}

extension StoreWrite.Action {
  fileprivate var operations: [BackendOperation] {
    switch self {
    case .create: [.create]
    case .update, .rename: [.update]
    case .record: []
    case .replace: [.delete, .create]
    case .delete: [.delete]
    }
  }
}
