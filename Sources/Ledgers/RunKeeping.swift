import Crypto
import Encodings
package import Model
package import Stores

/// The lock and the journal: who is at work, what it means to do, and what became of it.
extension LedgeredStore {
  package func tryLock(_ holder: LockHolder) throws(StoreError) -> LockOutcome {
    let version = try ledger.read()
    var contents = version.contents
    var former: LockHolder?
    if let run = contents.state.run {
      if run.holder.token != holder.token, !run.holder.isGone(for: holder) {
        return .held(by: run.holder)
      }
      former = run.holder
      if !run.intents.isEmpty { contents.state.interrupted.append(run) }
    }
    contents.state.token = holder.token
    contents.state.step = 1
    contents.state.run = LedgerRun(holder: holder)
    do throws(StoreError) {
      // What a killed run left is its own entry; ours stands on it.
      let taken = try ledger.move(
        from: version, on: version, to: contents, message: "apply: under way\n",
        by: provenance(), isShared: true)
      held = Held(version: taken, base: version, pushedAt: holder.lastSeen.milliseconds / 1000)
      held?.hasChanged = former != nil
    } catch {
      guard case .ledgerMoved = error else { throw error }
      // Somebody was quicker; who it is shows now.
      guard let winner = try ledger.read().contents.state.run?.holder else { throw error }
      return .held(by: winner)
    }
    return former.map { .takenOver(from: $0) } ?? .acquired
  }

  package func heartbeat(_ holder: LockHolder, at now: Timestamp) throws(StoreError) {
    guard held?.version.contents.state.run?.holder.token == holder.token else {
      throw .lockLost(by: nil)
    }
    do throws(StoreError) {
      try save(isShared: true) { contents in
        contents.state.run?.holder = holder.seen(at: now)
      }
    } catch {
      guard case .ledgerMoved = error else { throw error }
      throw .lockLost(by: try? ledger.read().contents.state.run?.holder)
    }
  }

  package func unlock(_ holder: LockHolder) throws(StoreError) {
    guard let held, held.version.contents.state.run?.holder.token == holder.token else { return }
    self.held = nil
    if !held.hasChanged { return try ledger.revert(held.version, to: held.base) }
    var contents = held.version.contents
    let run = contents.state.run
    // What nobody knows to be done is left to the next run.
    if let run, !run.intents.isEmpty { contents.state.interrupted.append(run) }
    contents.state.run = nil
    contents.state.step += 1
    _ = try ledger.move(
      from: held.version, on: held.base, to: contents, message: message(run),
      by: run?.provenance ?? provenance(), isShared: true)
  }

  private func message(_ run: LedgerRun?) -> String {
    guard let run, let provenance = run.provenance else { return "apply: nothing done\n" }
    let left = run.intents.isEmpty ? "" : ", \(run.intents.count) in doubt"
    let lines =
      ["apply: \(run.done) done\(left)", ""] + (run.plan.map { ["Plan: \($0)"] } ?? [])
      + provenance.lines
    return lines.joined(separator: "\n") + "\n"
  }

  /// What is meant is in the ledger, and at the remote, before anything is written.
  package func beginRun(
    _ intents: [StoreIntent], by provenance: Provenance
  ) async throws(StoreError) -> RunID {
    try await vault.check(Set(intents.flatMap(\.action.operations)).union([.read]))
    held?.hasChanged = true
    let meant = intents.map { JournaledIntent($0, keepsDraft: true) }
    let digest = (try? canonicalJSON(meant)).map { hexadecimal(SHA256.hash(data: Array($0.utf8))) }
    try save(isShared: true) { contents in
      contents.state.run?.provenance = provenance
      contents.state.run?.plan = digest
      contents.state.run?.intents = meant
    }
    return RunID(1)
  }

  package func intend(_ name: ConnectionName, in run: RunID) {}

  /// A change that was refused is as if it had not been meant.
  package func abandon(_ name: ConnectionName, in run: RunID) throws(StoreError) {
    try save(isShared: false) { contents in
      contents.state.run?.intents.removeAll { $0.connection == name }
    }
  }

  package func endRun(_ run: RunID, at now: Timestamp) {}

  /// Looks up in the vault what became of each change that a killed run had meant.
  package func takeInterruptedRuns() async throws(StoreError) -> [InterruptedRun] {
    let runs = held?.version.contents.state.interrupted ?? []
    if runs.isEmpty { return [] }
    let healing = CrashRecovery(vault: try await vault.list())
    held?.hasChanged = true
    try save(isShared: true) { contents in
      for run in runs {
        for intent in run.intents {
          healing.heal(intent, of: run, by: provenance(), in: &contents.entries)
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

  func outcome(
    of name: ConnectionName, _ change: (inout LedgerContents) -> Void
  ) throws(StoreError) {
    let now = provenance().at.milliseconds / 1000
    let isDue = now - (held?.pushedAt ?? now) >= PushPolicy.pushInterval
    try save(isShared: isDue) { contents in
      change(&contents)
      contents.state.run?.intents.removeAll { $0.connection == name }
      contents.state.run?.done += 1
    }
    if isDue { held?.pushedAt = now }
  }

  /// Another state of our run, in the last one's place.
  func save(
    isShared: Bool, _ change: (inout LedgerContents) -> Void
  ) throws(StoreError) {
    guard let held else { throw .lockLost(by: nil) }
    var contents = held.version.contents
    change(&contents)
    contents.state.step += 1
    self.held?.version = try ledger.move(
      from: held.version, on: held.base, to: contents, message: "apply: under way\n",
      by: contents.state.run?.provenance ?? provenance(), isShared: isShared)
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
