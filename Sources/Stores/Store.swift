package import Model

/// A store of connections, as a value made of parts.
///
/// A backend fills in what it has; what it lacks is absent. An implementation of a part knows nothing
/// of manifests or of sealing: it gets opened values and keeps them as its backend does. Reads write
/// nothing. Every write compares and swaps on the version that the plan saw, so two writers cannot undo
/// each other unseen.
package struct Store: Sendable {
  package let description: StoreDescription
  /// Properties of the backend as a whole.
  package var traits: Traits

  /// The owner that written records name; `nil` writes records without one.
  package var owner: Owner?
  /// Connections with their applied records.
  package var reader: any ConnectionReader
  /// Keeps two applies apart.
  package var lock: any ApplyLock
  /// Begins the runs that write, and recovers those that were killed.
  package var journal: any ApplyJournal
  /// Records what services granted.
  package var grants: any GrantRecorder
  /// Events since a cursor.
  package var feed: any ChangeFeed
  /// Records that are readable without the backend.
  package var offline: OfflineRecords
  /// The opened secrets; absent if the backend does not return them.
  package var secrets: (any SecretReader)?
  /// The store's own key; absent if it has none.
  package var key: (any StoreKeyAccess)?
  /// Older versions, and a connection's log; absent if none are kept.
  package var history: (any VersionHistory)?
  /// Flows of the backend.
  package var flows: (any FlowReader)?
  /// Tokens of the connections, renewed by us; absent if the backend renews its own, or has none.
  package var tokens: (any TokenStore)?
  /// Responses whose tokens are not saved yet, for machines without a disk; absent if the store is on the
  /// disk itself.
  package var exchanges: (any ExchangeJournal)?
  /// Copies of the store; absent if it is not one file.
  package var backup: (any StoreBackup)?
  /// Codes of everything in the store; absent if its server alone decides who writes.
  package var authentication: (any StoreAuthentication)?
  /// Claims records without an owner; absent if the store takes them over itself.
  package var upgrade: (any StoreUpgrade)?

  package struct Traits: Hashable, Sendable {
    /// A setup is only written as a whole: a write that touches it has all its values.
    package let writesWholeSetups: Bool
    /// The store holds the applied records itself, even if there is a copy of them.
    package let holdsRecords: Bool
    /// Maximum number of parallel changes, unless the user chooses.
    package var parallelism: Int

    package init(writesWholeSetups: Bool, holdsRecords: Bool, parallelism: Int) {
      self.writesWholeSetups = writesWholeSetups
      self.holdsRecords = holdsRecords
      self.parallelism = parallelism
    }
  }

  package init(
    description: StoreDescription, traits: Traits, reader: any ConnectionReader,
    lock: any ApplyLock, journal: any ApplyJournal, grants: any GrantRecorder,
    feed: any ChangeFeed, offline: OfflineRecords, secrets: (any SecretReader)? = nil,
    key: (any StoreKeyAccess)? = nil, history: (any VersionHistory)? = nil,
    flows: (any FlowReader)? = nil, tokens: (any TokenStore)? = nil,
    upgrade: (any StoreUpgrade)? = nil, backup: (any StoreBackup)? = nil,
    exchanges: (any ExchangeJournal)? = nil, authentication: (any StoreAuthentication)? = nil
  ) {
    self.description = description
    self.traits = traits
    self.reader = reader
    self.lock = lock
    self.journal = journal
    self.grants = grants
    self.feed = feed
    self.offline = offline
    self.secrets = secrets
    self.key = key
    self.history = history
    self.flows = flows
    self.tokens = tokens
    self.upgrade = upgrade
    self.backup = backup
    self.exchanges = exchanges
    self.authentication = authentication
  }
}
