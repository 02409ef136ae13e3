package import Model
package import Secrets
package import Stores

/// A store made of a vault, which holds the connections, and a ledger, which holds what we know of
/// them: applied records, lock and journal.
///
/// 1. Taking the lock is a move of the ledger, at its remote too where there is one.
/// 2. So is what a run means to do, before the first call that changes something.
/// 3. Each outcome is a state of the ledger; the run's end is its entry in the log.
/// 4. What a killed run left is looked up in the vault by the next one, and recorded.
package actor LedgeredStore<Records: Ledger>: Store {
  package nonisolated let description: StoreDescription
  package nonisolated let writesWholeSetups = true
  package nonisolated let holdsRecords = false
  package nonisolated let parallelism = 4
  let vault: any RecordlessBackend
  let ledger: Records
  private let catalog: Catalog
  private let protection: any KeyProtection
  let provenance: @Sendable () -> Provenance
  private var key: StoreKey?
  /// The ledger while we hold its lock.
  var held: Held?

  struct Held {
    var version: Records.Version
    /// What the run's entry in the log will stand on.
    let base: Records.Version
    var pushedAt: Int64
    var hasChanged = false
  }

  package init(
    vault: any RecordlessBackend, ledger: Records, catalog: Catalog, protection: any KeyProtection,
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
    return BackendSnapshot(contents: contents, catalog: catalog).of(try await vault.list())
  }

  /// Ours while we hold the lock, else what is there now.
  private func contents(isOffline: Bool = false) throws(StoreError) -> LedgerContents {
    if let held { return held.version.contents }
    return try ledger.read(isOffline: isOffline).contents
  }

  /// What the ledger alone tells: the connections as they were recorded. The vault is not asked, so
  /// nothing shows of what others did to it.
  package func readOffline() throws(StoreError) -> Snapshot {
    BackendSnapshot(contents: try ledger.read(isOffline: true).contents, catalog: catalog).recorded
  }

  package func compare(
    _ values: [(field: FieldAddress, value: SecretBytes)], isOffline: Bool
  ) async throws(StoreError) -> [SecretComparison?] {
    if values.isEmpty { return [] }
    let contents = try contents(isOffline: isOffline)
    guard let sealed = contents.key else { return values.map { _ in nil } }
    return try await opened(sealed).compare(values, with: contents.records)
  }

  /// A vault gives none back.
  package func secrets(
    of names: Set<ConnectionName>
  ) -> [FieldAddress: SecretBytes] { [:] }

  /// The ledger's log is of whole runs: `vaultctl ledger log`.
  package func events(of name: ConnectionName) -> [StoreEvent] { [] }

  package func history(of name: ConnectionName) -> [StoredVersion] { [] }

  package func rollBack(
    _ name: ConnectionName, to version: StoreVersion, by provenance: Provenance
  ) throws(StoreError) -> AppliedRecord {
    throw .refused("it keeps no versions; an older one is in git: git log, then apply that")
  }

  package func flows() async throws(StoreError) -> [FlowDefinition] {
    try await vault.flows()
  }

  // MARK: Writing

  package func carryOut(
    _ write: StoreWrite, in run: RunID
  ) async throws(StoreError) -> AppliedRecord? {
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
  ) throws(StoreError) -> BackendWrite {
    guard let type = write.setupType, catalog.isWhole(write.app, type, write.fields.keys)
    else {
      if let type = before?.setupType,
        catalog.isWhole(write.app, type, (before?.fields ?? [:]).keys)
      {
        throw .refused(
          "a connection that has a setup there cannot be emptied; delete it, and make it anew")
      }
      return BackendWrite(name: write.name, app: write.app, setup: nil)
    }
    var fields: [FieldName: BackendWrite.Value] = [:]
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
    if kept > 0 { return BackendWrite(name: write.name, app: write.app, setup: nil) }
    return BackendWrite(
      name: write.name, app: write.app, setup: BackendWrite.Setup(type: type, fields: fields))
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
      from: version, on: version, to: contents, message: "scopes: \(name)\n", by: provenance,
      isShared: true)
  }

  // MARK: The key

  private func opened(_ sealed: String) async throws(StoreError) -> StoreKey {
    if let key { return key }
    let key = try StoreKey(await protection.openKey(sealed))
    self.key = key
    return key
  }

  private func usableKey() async throws(StoreError) -> StoreKey {
    if let sealed = held?.version.contents.key { return try await opened(sealed) }
    let bytes = StoreKey.random()
    let sealed = try await protection.sealKey(bytes)
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
    contents.key = try await protection.sealKey(protection.openKey(sealed))
    _ = try ledger.move(
      from: version, on: version, to: contents, message: "key: sealed anew\n",
      by: provenance(), isShared: true)
    return true
  }
}
