package import Model
package import Secrets

/// A place that holds connections: what is there, and one change at a time.
///
/// An implementation knows nothing of manifests or of sealing: it is handed opened values and
/// keeps them as its backend does. Reads write nothing. Every write compares and swaps on the
/// version that the plan saw, so two writers cannot undo each other unseen.
package protocol Store: Sendable {
  var description: StoreDescription { get }

  /// Whether a setup is only ever written whole: then a write that touches it has all its values.
  var writesWholeSetups: Bool { get }

  /// Changes under way at once that suit it, where the user says nothing.
  var parallelism: Int { get }

  /// Whether it holds the applied records itself, wherever a copy of them is.
  var holdsRecords: Bool { get }

  /// Where it keeps its connections' tokens; `nil` where it keeps none.
  var tokenStore: (any TokenStore)? { get }

  /// What tells of events in it.
  var feed: any ChangeFeed { get }

  /// All connections with their applied records. No secret is read, and nothing is created:
  /// a store that is not there yet is an empty one.
  func read() async throws(StoreError) -> Snapshot

  /// Compares opened values with those of the applied records, in the order given; `nil` where
  /// the record holds no digest of that field.
  ///
  /// - Parameter isOffline: without asking the backend, as `readOffline`.
  /// - Throws: `keyUnavailable` where this needs a key that cannot be had here.
  func compare(
    _ values: [(field: FieldAddress, value: SecretBytes)], isOffline: Bool
  ) async throws(StoreError) -> [SecretComparison?]

  /// The opened secrets of these connections, as far as the store gives them back at all.
  ///
  /// - Throws: `keyUnavailable` where this needs a key that cannot be had here.
  func secrets(
    of names: Set<ConnectionName>
  ) async throws(StoreError) -> [FieldAddress: SecretBytes]

  /// What is recorded of the connections, without asking the backend.
  ///
  /// - Throws: `unavailable` where records are only in the backend.
  func readOffline() async throws(StoreError) -> Snapshot

  /// The definitions of flows that the backend has beside the connections: JSON.
  func flows() async throws(StoreError) -> [FlowDefinition]

  /// Everything that was ever done to a connection of this name, oldest first, as far as it is kept.
  func events(of name: ConnectionName) async throws(StoreError) -> [StoreEvent]

  /// The versions of a connection that are kept, newest first; none where the store keeps none.
  func history(of name: ConnectionName) async throws(StoreError) -> [StoredVersion]

  /// Puts the setup of an older version back, as a new version. The applied record is of it then.
  ///
  /// - Throws: `notFound` where there is no such connection; `refused` where it has no such version
  ///   any more, or the store keeps none.
  func rollBack(
    _ name: ConnectionName, to version: StoreVersion, by provenance: Provenance
  ) async throws(StoreError) -> AppliedRecord

  /// The key of the store's own, as it is kept: an armored message; `nil` before the first secret.
  func sealedKey() async throws(StoreError) -> String?

  /// Seals that key anew, for the recipients of now.
  ///
  /// - Returns: false where there is no key yet.
  func resealKey() async throws(StoreError) -> Bool

  /// Carries out one change in one transaction with its applied record and its journal entry.
  ///
  /// - Returns: the new record; `nil` for a delete.
  /// - Throws: `versionConflict` where the store moved since `write` was planned.
  func carryOut(
    _ write: StoreWrite, in run: RunID
  ) async throws(StoreError) -> AppliedRecord?

  /// Records what a service granted; the connection's version stays as it is.
  func recordGrant(
    _ scopes: Set<Scope>, for name: ConnectionName, by provenance: Provenance
  ) async throws(StoreError)

  /// Tries once to take the lock that keeps two applies apart. A lock whose holder was silent
  /// for `LockHolder.silence`, or whose process on this host is gone, is taken over.
  func tryLock(_ holder: LockHolder) async throws(StoreError) -> LockOutcome
  /// - Throws: `lockLost` where somebody took the lock over.
  func heartbeat(_ holder: LockHolder, at now: Timestamp) async throws(StoreError)
  /// Nothing happens where the lock is no longer ours.
  func unlock(_ holder: LockHolder) async throws(StoreError)

  /// Runs that began and never ended, oldest first; those are then marked as seen.
  func takeInterruptedRuns() async throws(StoreError) -> [InterruptedRun]
  /// Journals that a run begins, and what it means to do.
  ///
  /// - Throws: `permissionDenied` where it is known that some of it will be refused.
  func beginRun(
    _ intents: [StoreIntent], by provenance: Provenance
  ) async throws(StoreError) -> RunID
  /// Journals that a change is about to be carried out.
  func intend(_ name: ConnectionName, in run: RunID) async throws(StoreError)
  /// Journals that a change was not done, and will not be in this run.
  func abandon(_ name: ConnectionName, in run: RunID) async throws(StoreError)
  func endRun(_ run: RunID, at now: Timestamp) async throws(StoreError)
}

extension Store {
  package var tokenStore: (any TokenStore)? { self as? any TokenStore }
  package var feed: any ChangeFeed { self as? any ChangeFeed ?? ComparingFeed(self) }

  package func compare(
    _ values: [(field: FieldAddress, value: SecretBytes)]
  ) async throws(StoreError) -> [SecretComparison?] {
    try await compare(values, isOffline: false)
  }
}

/// How a store is named to people: `sqlite`, `.vaultctl/vault.db`.
package struct StoreDescription: Hashable, Sendable, CustomStringConvertible {
  package let type: String
  package let location: String

  package init(type: String, location: String) {
    self.type = type
    self.location = location
  }

  package var description: String { "\(type):\(location)" }
}

/// One change with its opened values.
package struct StoreWrite: Sendable {
  package enum Action: Hashable, Sendable {
    case create
    case update(StoreID, from: StoreVersion)
    /// Writes the applied record alone; values in `fields` are not touched.
    case record(StoreID, at: StoreVersion)
    /// An update that changes the name as well; the id stays.
    case rename(StoreID, from: StoreVersion, formerly: ConnectionName)
    /// Deletes the old connection and creates a new one, in one transaction.
    case replace(StoreID, from: StoreVersion)
    case delete(StoreID, from: StoreVersion)
  }

  package let name: ConnectionName
  package let action: Action
  package let app: AppID
  package let setupType: SetupType?
  /// All fields that the connection has after the write. A field of the store that is not here
  /// is removed.
  package let fields: [FieldName: FieldWrite]
  package let labels: [String: String]
  package let scopes: Set<Scope>?
  package let preventsDestroy: Bool
  package let provenance: Provenance

  package init(
    name: ConnectionName, action: Action, app: AppID, setupType: SetupType?,
    fields: [FieldName: FieldWrite], labels: [String: String] = [:], scopes: Set<Scope>? = nil,
    preventsDestroy: Bool = false, provenance: Provenance
  ) {
    self.name = name
    self.action = action
    self.app = app
    self.setupType = setupType
    self.fields = fields
    self.labels = labels
    self.scopes = scopes
    self.preventsDestroy = preventsDestroy
    self.provenance = provenance
  }
}

/// What a write does to one field.
package enum FieldWrite: Sendable {
  case plain(PlainValue)
  /// A new value, and the digest of the ciphertext that it came from.
  case secret(SecretBytes, ciphertext: CiphertextDigest)
  /// The store's value stays; the record names this ciphertext from now on (the same as before,
  /// or the same value sealed again).
  case keep(ciphertext: CiphertextDigest)
  /// Whatever the store has stays, or stays away; the record says of it what it said before.
  case leave
}

/// What a run means to do to one connection.
package struct StoreIntent: Hashable, Sendable {
  package let connection: ConnectionName
  package let action: StoreWrite.Action
  /// The record that a create will leave, but for the store's id and version and the values'
  /// digests, which nobody knows yet; `nil` for everything else.
  package let draft: AppliedRecord?

  package init(
    _ connection: ConnectionName, _ action: StoreWrite.Action, draft: AppliedRecord? = nil
  ) {
    self.connection = connection
    self.action = action
    self.draft = draft
  }
}

/// One run of `apply` in a store's journal.
package struct RunID: Hashable, Sendable {
  package let rawValue: Int64
  package init(_ rawValue: Int64) { self.rawValue = rawValue }
}

/// A run that was killed, as the next one finds it.
package struct InterruptedRun: Hashable, Sendable {
  package let provenance: Provenance
  package let planned: Int
  package let done: Int
  /// Intended, and not known to be done.
  package let inDoubt: [ConnectionName]

  package init(provenance: Provenance, planned: Int, done: Int, inDoubt: [ConnectionName]) {
    self.provenance = provenance
    self.planned = planned
    self.done = done
    self.inDoubt = inDoubt
  }
}
