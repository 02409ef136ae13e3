package import Model
package import Secrets
package import Stores

/// A store made of a vault, which holds the connections, and a git ledger, which holds what we know
/// of them: applied records, lock and journal.
///
/// 1. Taking the lock is a commit of the ledger, pushed where there is a remote.
/// 2. So is what a run means to do, before the first call that changes something.
/// 3. Each outcome is a state of the ledger; the run's end is its commit.
/// 4. What a killed run left is looked up in the vault by the next one, and recorded.
package actor LedgeredStore: Store {
  /// Seconds between two pushes of outcomes; the end is always pushed.
  private static let pushInterval: Int64 = 5

  package nonisolated let description: StoreDescription
  package nonisolated let writesWholeSetups = true
  private let vault: any Vault
  private let ledger: GitLedger
  private let catalog: Catalog
  private let protection: any KeyProtection
  private let provenance: @Sendable () -> Provenance
  private var key: StoreKey?
  /// The ledger while we hold its lock.
  private var held: Held?

  private struct Held {
    var version: GitLedger.Version
    /// What the run's commit will stand on.
    let parent: String?
    var pushedAt: Int64
    var hasChanged = false
  }

  package init(
    vault: any Vault, ledger: GitLedger, catalog: Catalog, protection: any KeyProtection,
    provenance: @escaping @Sendable () -> Provenance
  ) {
    description = vault.description
    self.vault = vault
    self.ledger = ledger
    self.catalog = catalog
    self.protection = protection
    self.provenance = provenance
  }

  // MARK: Reading

  package func read() async throws(StoreError) -> Snapshot {
    let contents = try contents()
    return VaultSnapshot(contents: contents, catalog: catalog).of(try await vault.list())
  }

  /// Ours while we hold the lock, else what is there now.
  private func contents() throws(StoreError) -> LedgerContents {
    if let held { return held.version.contents }
    return try ledger.read().contents
  }

  /// What the ledger alone tells: the connections as they were recorded. The vault is not asked, so
  /// nothing shows of what others did to it.
  package func readOffline() throws(StoreError) -> Snapshot {
    VaultSnapshot(contents: try ledger.read(isOffline: true).contents, catalog: catalog).recorded
  }

  package func compare(
    _ values: [(field: FieldAddress, value: SecretBytes)]
  ) async throws(StoreError) -> [SecretComparison?] {
    if values.isEmpty { return [] }
    let contents = try contents()
    guard let sealed = contents.key else { return values.map { _ in nil } }
    let key = try await opened(sealed)
    return values.map { address, value in
      guard let record = contents.entries[address.connection]?.record,
        case .sealed(_, let digest?, _) = record.fields[address.field]
      else { return nil }
      return key.digest(value, in: record.storeID, field: address.field) == digest
        ? .same : .different
    }
  }

  /// A vault gives none back.
  package func secrets(
    of names: Set<ConnectionName>
  ) -> [FieldAddress: SecretBytes] { [:] }

  /// The ledger's log is of whole runs: `vaultctl ledger log`.
  package func events(of name: ConnectionName) -> [StoreEvent] { [] }

  package func flows() async throws(StoreError) -> [(name: String, definition: [UInt8])] {
    try await vault.flows()
  }

  // MARK: Writing

  package func carryOut(
    _ write: StoreWrite, in run: RunID
  ) async throws(StoreError) -> AppliedRecord? {
    try await perform(write)
  }

  private func perform(_ write: StoreWrite) async throws(StoreError) -> AppliedRecord? {
    let former: ConnectionName =
      if case .rename(_, _, let former) = write.action { former } else { write.name }
    let before = held?.version.contents.entries[former]?.record
    let made: (id: StoreID, version: StoreVersion)
    switch write.action {
    case .create:
      let found = try await vault.create(try vaultWrite(write, before: nil))
      made = (found.id, found.version)
    case .replace(let id, let version):
      let new = try vaultWrite(write, before: nil)
      try await vault.delete(id, named: write.name, from: version)
      let found = try await vault.create(new)
      made = (found.id, found.version)
    case .record(let id, let version): made = (id, version)
    case .update(let id, let version), .rename(let id, let version, _):
      // At another version than we recorded, nobody knows what is there: it is written again.
      if version != before?.version || write.reachesVault(before, former: former) {
        let found = try await vault.update(
          id, from: version, try vaultWrite(write, before: before))
        made = (found.id, found.version)
      } else {
        made = (id, version)
      }
    case .delete(let id, let version):
      try await vault.delete(id, named: write.name, from: version)
      try outcome(of: write.name) { $0.entries[write.name] = nil }
      return nil
    }
    let key = write.holdsSecrets ? try await usableKey() : nil
    let record = write.record(made, before: before, key: key)
    try outcome(of: write.name) { contents in
      let granted = contents.entries[former]?.granted
      contents.entries[former] = nil
      contents.entries[write.name] = LedgerEntry(record: record, granted: granted)
    }
    return record
  }

  /// An incomplete setup is withheld: the vault takes none, and the connection stays empty there.
  private func vaultWrite(
    _ write: StoreWrite, before: AppliedRecord?
  ) throws(StoreError) -> VaultWrite {
    guard let type = write.setupType, isComplete(write.app, type, write.fields.keys.map { $0 })
    else {
      if let type = before?.setupType,
        isComplete(write.app, type, before?.fields.keys.map { $0 } ?? [])
      {
        throw .refused(
          "a connection that has a setup there cannot be emptied; delete it, and make it anew")
      }
      return VaultWrite(name: write.name, app: write.app, setup: nil)
    }
    var fields: [FieldName: VaultWrite.Value] = [:]
    var kept = 0
    for (field, value) in write.fields {
      switch value {
      case .plain(let value): fields[field] = .plain(value)
      case .secret(let value, _): fields[field] = .secret(value)
      case .keep: kept += 1
      case .leave: break
      }
    }
    // Only the name changes, where every secret stays as it is.
    if kept > 0 { return VaultWrite(name: write.name, app: write.app, setup: nil) }
    return VaultWrite(
      name: write.name, app: write.app, setup: VaultWrite.Setup(type: type, fields: fields))
  }

  private func isComplete(_ app: AppID, _ type: SetupType, _ fields: [FieldName]) -> Bool {
    catalog[app]?.setup(type)?.missing(from: fields).isEmpty ?? true
  }

  package func recordGrant(
    _ scopes: Set<Scope>, for name: ConnectionName, by provenance: Provenance
  ) async throws(StoreError) {
    let version = try ledger.read()
    guard version.contents.entries[name]?.record != nil else { throw .notFound(name) }
    if version.contents.state.run != nil { throw .ledgerMoved }
    var contents = version.contents
    contents.entries[name]?.granted = scopes.sorted()
    _ = try ledger.move(
      from: version, parent: version.commit, to: contents,
      message: "scopes: \(name)\n", by: provenance, isShared: true)
  }

  // MARK: The key

  private func opened(_ sealed: String) async throws(StoreError) -> StoreKey {
    if let key { return key }
    do throws(KeyProtectionFailure) {
      let key = try StoreKeyOpening.key(await protection.open(sealed))
      self.key = key
      return key
    } catch {
      throw .keyUnavailable(error.reason)
    }
  }

  private func usableKey() async throws(StoreError) -> StoreKey {
    if let sealed = held?.version.contents.key { return try await opened(sealed) }
    let bytes = StoreKey.random()
    let sealed: String
    do throws(KeyProtectionFailure) {
      sealed = try await protection.seal(bytes)
    } catch {
      throw .keyUnavailable(error.reason)
    }
    // Another change of this run may have been quicker.
    if let sealed = held?.version.contents.key { return try await opened(sealed) }
    let key = try StoreKey(bytes)
    self.key = key
    try save(isShared: false) { $0.key = sealed }
    return key
  }

  /// The ledger's key as it is kept; `nil` before the first secret.
  package func sealedKey() throws(StoreError) -> String? { try ledger.read().contents.key }

  /// Seals the ledger's key anew, for the recipients of now.
  ///
  /// - Returns: false where there is no key yet.
  package func resealKey() async throws(StoreError) -> Bool {
    let version = try ledger.read()
    guard let sealed = version.contents.key else { return false }
    if version.contents.state.run != nil { throw .ledgerMoved }
    var contents = version.contents
    do throws(KeyProtectionFailure) {
      contents.key = try await protection.seal(protection.open(sealed))
    } catch {
      throw .keyUnavailable(error.reason)
    }
    _ = try ledger.move(
      from: version, parent: version.commit, to: contents, message: "key: sealed anew\n",
      by: provenance(), isShared: true)
    return true
  }
}

// MARK: Lock and journal

extension LedgeredStore {
  package func tryLock(_ holder: LockHolder) throws(StoreError) -> LockOutcome {
    let version = try ledger.read()
    var contents = version.contents
    var former: LockHolder?
    if let run = contents.state.run {
      if run.holder.token != holder.token, run.holder.isAlive(at: holder.lastSeen, for: holder) {
        return .held(by: run.holder)
      }
      former = run.holder
      if !run.intents.isEmpty { contents.state.interrupted.append(run) }
    }
    contents.state.token = holder.token
    contents.state.step = 1
    contents.state.run = LedgerRun(holder: holder)
    // What a killed run left is its own commit; ours stands on it.
    let parent = version.commit
    do throws(StoreError) {
      let taken = try ledger.move(
        from: version, parent: parent, to: contents, message: "apply: under way\n",
        by: provenance(), isShared: true)
      held = Held(version: taken, parent: parent, pushedAt: holder.lastSeen.milliseconds / 1000)
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
        contents.state.run?.holder = LockHolder(
          token: holder.token, who: holder.who, host: holder.host, processID: holder.processID,
          processStart: holder.processStart, since: holder.since, lastSeen: now)
      }
    } catch {
      guard case .ledgerMoved = error else { throw error }
      throw .lockLost(by: try? ledger.read().contents.state.run?.holder)
    }
  }

  package func unlock(_ holder: LockHolder) throws(StoreError) {
    guard let held, held.version.contents.state.run?.holder.token == holder.token else { return }
    self.held = nil
    if !held.hasChanged { return try ledger.withdraw(held.version, to: held.parent) }
    var contents = held.version.contents
    let run = contents.state.run
    // What nobody knows to be done is left to the next run.
    if let run, !run.intents.isEmpty { contents.state.interrupted.append(run) }
    contents.state.run = nil
    contents.state.step += 1
    _ = try ledger.move(
      from: held.version, parent: held.parent, to: contents, message: message(run),
      by: run?.provenance ?? provenance(), isShared: true)
  }

  private func message(_ run: LedgerRun?) -> String {
    guard let run, let provenance = run.provenance else { return "apply: nothing done\n" }
    let left = run.intents.isEmpty ? "" : ", \(run.intents.count) in doubt"
    var lines = [
      "apply: \(run.done) done\(left)", "", "Who: \(provenance.who)", "When: \(provenance.at)",
    ]
    lines += provenance.commit.map { ["Source: \($0)"] } ?? []
    lines.append("Tool: vaultctl \(provenance.toolVersion)")
    return lines.joined(separator: "\n") + "\n"
  }

  /// What is meant is in the ledger, and at the remote, before anything is written.
  package func beginRun(
    _ intents: [StoreIntent], by provenance: Provenance
  ) async throws(StoreError) -> RunID {
    try await vault.check(Set(intents.flatMap(\.action.operations)).union([.read]))
    held?.hasChanged = true
    try save(isShared: true) { contents in
      contents.state.run?.provenance = provenance
      contents.state.run?.intents = intents.map(LedgerIntent.init)
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
    let healing = Healing(vault: try await vault.list())
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

  private func outcome(
    of name: ConnectionName, _ change: (inout LedgerContents) -> Void
  ) throws(StoreError) {
    let now = provenance().at.milliseconds / 1000
    let isDue = now - (held?.pushedAt ?? now) >= Self.pushInterval
    try save(isShared: isDue) { contents in
      change(&contents)
      contents.state.run?.intents.removeAll { $0.connection == name }
      contents.state.run?.done += 1
    }
    if isDue { held?.pushedAt = now }
  }

  /// Another state of our run, in the last one's place.
  private func save(
    isShared: Bool, _ change: (inout LedgerContents) -> Void
  ) throws(StoreError) {
    guard let held else { throw .lockLost(by: nil) }
    var contents = held.version.contents
    change(&contents)
    contents.state.step += 1
    self.held?.version = try ledger.move(
      from: held.version, parent: held.parent, to: contents, message: "apply: under way\n",
      by: contents.state.run?.provenance ?? provenance(), isShared: isShared)
  }
}

extension StoreWrite.Action {
  fileprivate var operations: [VaultOperation] {
    switch self {
    case .create: [.create]
    case .update, .rename: [.update]
    case .record: []
    case .replace: [.delete, .create]
    case .delete: [.delete]
    }
  }
}
