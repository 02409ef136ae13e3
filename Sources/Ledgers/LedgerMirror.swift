package import Model
package import Stores

extension Store {
  /// The store with a copy of its applied records in a ledger: for plans without access to the store,
  /// and for a log that is kept with the project.
  ///
  /// The store's own records are authoritative, and its own lock keeps applies apart. The copy is
  /// written when a run ends; if that failed, the next run starts by writing it.
  ///
  /// - Parameter previous: the ledger by its name before records had owners.
  package func mirrored<Records: Ledger>(
    in ledger: Records, previous: Records?, catalog: Catalog,
    authentication: LedgerAuthentication?,
    provenance: @escaping @Sendable () -> Provenance
  ) -> Store {
    let mirror = LedgerMirror(
      store: self, ledger: ledger, authentication: authentication, provenance: provenance)
    var mirrored = self
    mirrored.journal = MirroredJournal(journal: journal, mirror: mirror)
    mirrored.grants = MirroredGrants(grants: grants, mirror: mirror)
    mirrored.key = key.map { MirroredKey(key: $0, mirror: mirror) }
    mirrored.history = history.map { MirroredHistory(history: $0, mirror: mirror) }
    mirrored.upgrade = upgrade.map { MirroredUpgrade(upgrade: $0, mirror: mirror) }
    mirrored.offline = .reader(
      MirrorReader(
        copy: LedgerReader(
          ledger: ledger, former: nil, catalog: catalog, authentication: authentication),
        previous: previous))
    return mirrored
  }
}

/// Copies the records of a store to a ledger.
private struct LedgerMirror<Records: Ledger>: Sendable {
  let store: Store
  let ledger: Records
  let authentication: LedgerAuthentication?
  let provenance: @Sendable () -> Provenance

  /// Updates the ledger to what the store has recorded; an up-to-date ledger does not move. What it had
  /// before does not matter, and nor does who wrote it.
  func publish(_ message: String, by provenance: Provenance) async throws(StoreError) {
    let version = try ledger.read()
    var contents = version.contents
    let snapshot = try await store.reader.read()
    contents.key = try await store.key?.sealed()
    contents.entries = [:]
    for (name, record) in snapshot.applied {
      contents.entries[name] = LedgerEntry(
        record: record, granted: snapshot.actual[name]?.grantedScopes?.sorted())
    }
    if contents == version.contents, await isAuthentic(version) { return }
    if let authentication {
      contents.state.sequence = try authentication.nextSequence(after: version.contents)
    }
    _ = try await ledger.move(
      from: version, on: version, to: contents, message: message, by: provenance, isShared: true,
      provenWith: authentication)
  }
}

extension LedgerMirror {
  /// A copy of a store without a key needs no proof.
  private func isAuthentic(_ version: Records.Version) async -> Bool {
    guard let authentication, version.contents.key != nil else { return true }
    return (try? await authentication.verdict(on: version)) == .authentic
  }
}

private struct MirroredJournal<Records: Ledger>: ApplyJournal {
  let journal: any ApplyJournal
  let mirror: LedgerMirror<Records>

  func recoverInterruptedRuns() async throws(StoreError) -> [InterruptedRun] {
    let runs = try await journal.recoverInterruptedRuns()
    try await mirror.publish("ledger: synchronized with the store\n", by: mirror.provenance())
    return runs
  }

  func beginRun(
    _ intents: [StoreIntent], by provenance: Provenance
  ) async throws(StoreError) -> ApplyRun {
    var run = try await journal.beginRun(intents, by: provenance)
    run.end = { [mirror, end = run.end] now async throws(StoreError) in
      try await end?(now)
      let provenance = mirror.provenance()
      try await mirror.publish(
        "apply: done\n\n" + provenance.lines.joined(separator: "\n") + "\n", by: provenance)
    }
    return run
  }
}

private struct MirroredGrants<Records: Ledger>: GrantRecorder {
  let grants: any GrantRecorder
  let mirror: LedgerMirror<Records>

  func recordGrant(
    _ scopes: Set<Scope>, for name: ConnectionName, by provenance: Provenance
  ) async throws(StoreError) {
    try await grants.recordGrant(scopes, for: name, by: provenance)
    try await StoreError.afterWrite(of: name) { () async throws(StoreError) in
      try await mirror.publish("scopes: \(name)\n", by: provenance)
    }
  }
}

private struct MirroredHistory<Records: Ledger>: VersionHistory {
  let history: any VersionHistory
  let mirror: LedgerMirror<Records>

  func versions(of name: ConnectionName) async throws(StoreError) -> [StoredVersion] {
    try await history.versions(of: name)
  }

  func content(
    of name: ConnectionName, at version: StoreVersion
  ) async throws(StoreError) -> VersionContent? {
    try await history.content(of: name, at: version)
  }

  func events(
    of names: Set<ConnectionName>
  ) async throws(StoreError) -> [ConnectionName: [StoreEvent]] {
    try await history.events(of: names)
  }

  func rollBack(
    _ name: ConnectionName, to version: StoreVersion, by provenance: Provenance
  ) async throws(StoreError) -> AppliedRecord {
    let record = try await history.rollBack(name, to: version, by: provenance)
    try await StoreError.afterWrite(of: name) { () async throws(StoreError) in
      try await mirror.publish("rollback: \(name)\n", by: provenance)
    }
    return record
  }
}

private struct MirroredUpgrade<Records: Ledger>: StoreUpgrade {
  let upgrade: any StoreUpgrade
  let mirror: LedgerMirror<Records>

  func claim(
    _ names: Set<ConnectionName>, by provenance: Provenance, holding holder: LockHolder
  ) async throws(StoreError) -> Set<ConnectionName> {
    let claimed = try await upgrade.claim(names, by: provenance, holding: holder)
    try await StoreError.afterWrite(of: nil) { () async throws(StoreError) in
      try await mirror.publish("ledger: \(claimed.count) claimed\n", by: provenance)
    }
    return claimed
  }
}

/// The owner's copy, and nothing else: others may use the place that it is a copy of, each with a part
/// of its own there, so what they recorded says nothing about the owner's connections.
private struct MirrorReader<Records: Ledger>: OfflineReader {
  let copy: LedgerReader<Records>
  let previous: Records?

  func snapshot() async throws(StoreError) -> Snapshot {
    if try copy.ledger.read(isOffline: true).contents.isUnused, let previous,
      try !previous.read(isOffline: true).contents.records.isEmpty
    {
      throw .unavailable(
        "its copy in the ledger is from before records had owners, so offline plans are not possible;"
          + " `vaultctl upgrade`, or the next apply, writes it again")
    }
    return try await copy.snapshot()
  }

  func sealedKey() throws(StoreError) -> String? { try copy.sealedKey() }
}

private struct MirroredKey<Records: Ledger>: StoreKeyAccess {
  let key: any StoreKeyAccess
  let mirror: LedgerMirror<Records>

  func sealed() async throws(StoreError) -> String? { try await key.sealed() }
  func present() async throws(StoreError) -> StoreKey? { try await key.present() }
  func prepare() async throws(StoreError) { try await key.prepare() }
  func open(_ sealed: String) async throws(StoreError) -> StoreKey { try await key.open(sealed) }

  func update(makesNew: Bool, by provenance: Provenance) async throws(StoreError) {
    try await key.update(makesNew: makesNew, by: provenance)
    try await StoreError.afterWrite(of: nil) { () async throws(StoreError) in
      try await mirror.publish("key: sealed again\n", by: provenance)
    }
  }
}
