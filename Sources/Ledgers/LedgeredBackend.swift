package import Model
package import Stores

/// A store made of a backend, which holds the connections, and a ledger, which holds what we know
/// about them: applied records, lock and journal.
///
/// 1. Taking the lock is a move of the ledger, at its remote too if there is one.
/// 2. So is what a run intends to do, before the first call that changes something.
/// 3. Each outcome is a state of the ledger; the run's end is its entry in the log.
/// 4. What a killed run left is looked up in the backend by the next one, and recorded.
package struct LedgeredBackend<Records: Ledger>: Sendable {
  let backend: any RecordlessBackend
  let ledger: Records
  /// The ledger by its name before records had owners; `nil` without an owner.
  let former: Records?
  let owner: Owner?
  let lock: LedgerLock<Records>
  let authentication: LedgerAuthentication?
  let key: StoreKeyHolder
  let catalog: Catalog
  let provenance: @Sendable () -> Provenance

  /// - Parameters:
  ///   - authentication: of the ledger, made from the protection of its key.
  ///   - owner: whose records are written, with the ledger by its previous name; `nil` writes the
  ///     previous format, without owners or proofs.
  package init(
    _ backend: any RecordlessBackend, ledger: Records,
    owner: (owner: Owner, former: Records)? = nil, catalog: Catalog,
    protection: any KeyProtection,
    authentication: (any KeyProtection) -> LedgerAuthentication?,
    provenance: @escaping @Sendable () -> Provenance
  ) {
    // The key that proves a state is the one that digests are made with: it is opened once.
    let protection = OpenedKeyCache(protection)
    let authentication = owner == nil ? nil : authentication(protection)
    self.backend = backend
    self.ledger = ledger
    self.owner = owner?.owner
    former = owner?.former
    self.catalog = catalog
    self.provenance = provenance
    self.authentication = authentication
    lock = LedgerLock(ledger, authentication: authentication, provenance: provenance)
    key = StoreKeyHolder(LedgerKeyStorage(lock: lock), protection: protection)
  }

  package var store: Store {
    var store = Store(
      description: backend.description,
      traits: Store.Traits(writesWholeSetups: true, holdsRecords: false, parallelism: 4),
      reader: self, lock: lock,
      journal: LedgerJournal(
        backend: backend, lock: lock,
        writer: LedgeredWriter(backend: backend, lock: lock, key: key, catalog: catalog),
        provenance: provenance),
      grants: self,
      feed: ComparingFeed(
        self, tokens: nil, takeOvers: self, now: { [provenance] in provenance().at }),
      offline: .reader(
        LedgerReader(
          ledger: ledger, former: former, catalog: catalog, authentication: authentication)),
      key: key,
      flows: self, upgrade: self)
    store.owner = owner
    return store
  }
}

extension LedgeredBackend: ConnectionReader, FlowReader {
  package func read() async throws(StoreError) -> Snapshot {
    let (contents, doubt) = try await lock.checkedContents()
    let snapshot = BackendSnapshot(contents: contents, catalog: catalog)
      .of(try await backend.list())
    return try ledger.setApart(snapshot, previous: former, isOffline: false).doubted(doubt)
  }

  package func flows() async throws(StoreError) -> [FlowDefinition] {
    try await backend.flows()
  }
}

extension LedgeredBackend: TakeOverReader {
  /// The feed has just read the connections, and with them the ledger.
  package func lastTakeOver() async throws(StoreError) -> LockTakeOver? {
    try await lock.lastTakeOver()
  }
}

extension LedgeredBackend: GrantRecorder {
  package func recordGrant(
    _ scopes: Set<Scope>, for name: ConnectionName, by provenance: Provenance
  ) async throws(StoreError) {
    let version = try ledger.read()
    try await authentication?.require(version)
    guard version.contents.entries[name]?.record != nil else { throw .notFound(name) }
    if version.contents.state.run != nil { throw .ledgerMoved }
    var contents = version.contents
    contents.entries[name]?.granted = scopes.sorted()
    contents.state.sequence += 1
    _ = try await ledger.move(
      from: version, on: version, to: contents, message: "scopes: \(name)\n", by: provenance,
      isShared: true, provenWith: authentication)
  }
}
