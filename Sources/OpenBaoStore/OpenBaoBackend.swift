import Encodings
import FoundationEssentials
package import HTTP
package import Model
package import Pacing
package import Secrets
package import Stores

/// A store in a KV v2 secret engine of OpenBao or HashiCorp Vault: one secret a connection.
///
/// - The secret's data is the setup, for its consumers; its `custom_metadata` is the applied record,
///   which holds no secret: so a plan lists and reads metadata alone.
/// - Every write compares and swaps on the version that the plan saw. The record of the new version
///   is put beside the old one's first; the current version decides which counts.
/// - Lock, journal and the key of the digests are separate secrets below `<prefix>-state`.
package actor OpenBaoBackend {
  package nonisolated let description: StoreDescription
  let engine: KVEngine
  let paths: KVPaths
  let owner: Owner?
  /// Where what the owner's paths hold was before records had owners; `nil` without an owner.
  let former: KVPaths?
  nonisolated let key: StoreKeyHolder
  let lock: OpenBaoLock
  nonisolated let journal: OpenBaoJournal
  private nonisolated let now: @Sendable () -> Int64
  /// Connections are deleted permanently, even if they could be restored.
  let destroys: Bool
  private var isChecked = false
  /// The connections as last read or written.
  private var entries: [ConnectionName: ConnectionEntry]?
  /// What could not be written beside tokens here.
  var copyRepairs = CopyRepairs()
  /// What a swap that follows at once need not read again.
  var seenTokens: [ConnectionName: SeenTokens] = [:]
  /// Secrets below our folder that cannot be connections, as last read.
  private var foreignEntries: [ForeignEntry] = []

  /// - Parameters:
  ///   - address: the server's, without a slash at the end.
  ///   - environment: of the project; has a folder of its own.
  ///   - owner: whose records are written; `nil` writes the previous format, without owners.
  ///   - credentials: read before the first request, and again when the login ends or is refused.
  package init(
    address: String, namespace: String?, mount: String, prefix: String, environment: String?,
    owner: Owner? = nil, destroys: Bool,
    credentials: @escaping @Sendable () throws(StoreError) -> BaoCredentials,
    http: any HTTPTransport, runtime: Runtime, protection: any KeyProtection
  ) {
    let folder = environment.map { "/\($0)" } ?? ""
    description = StoreDescription(
      type: "openbao",
      location: "\(namespace.map { "\($0)/" } ?? "")\(mount)/\(prefix)\(folder)")
    now = { runtime.now().milliseconds }
    engine = KVEngine(
      api: BaoAPI(
        base: address, namespace: namespace, credentials: credentials, http: http,
        runtime: runtime), mount: percentEncoded(path: mount), now: now)
    paths = KVPaths(prefix: prefix, environment: environment, project: owner?.project)
    former =
      owner == nil ? nil : KVPaths(prefix: prefix, environment: environment, project: nil)
    self.owner = owner
    key = StoreKeyHolder(
      OpenBaoKeyStorage(engine: engine, path: paths.key), protection: protection)
    lock = OpenBaoLock(engine: engine, path: paths.lock)
    journal = OpenBaoJournal(engine: engine, paths: paths)
    self.destroys = destroys
  }

  package nonisolated var store: Store {
    let store = Store(
      description: description,
      traits: Store.Traits(
        writesWholeSetups: false, holdsRecords: true, parallelism: KVEngine.width),
      reader: self,
      lock: self, journal: self, grants: self,
      feed: ComparingFeed(
        self, tokens: self, takeOvers: lock, now: { [now] in Timestamp(milliseconds: now()) }),
      offline: .unavailable(
        reason: "its records are only in the store itself, so offline plans are not possible;"
          + " `ledger: git` keeps a copy in git"),
      secrets: self, key: key, history: self, tokens: self, upgrade: self,
      exchanges: OpenBaoExchangeJournal(engine: engine, paths: paths))
    return owner.map { store.owned(by: $0, claimsAll: false) } ?? store
  }
}

extension OpenBaoBackend: ConnectionReader, SecretReader {
  package func read() async throws(StoreError) -> Snapshot {
    let entries = try await readEntries()
    var actual: [ConnectionName: ActualConnection] = [:]
    var applied: [ConnectionName: AppliedRecord] = [:]
    for (name, entry) in entries {
      applied[name] = entry.record
      if entry.metadata.isThere { actual[name] = try await connection(name, entry) }
    }
    return Snapshot(actual: actual, applied: applied, foreignEntries: foreignEntries)
  }

  func readEntries() async throws(StoreError) -> [ConnectionName: ConnectionEntry] {
    if !isChecked {
      try await engine.check()
      isChecked = true
    }
    var found: [ConnectionName: ConnectionEntry] = [:]
    var foreign: [ForeignEntry] = []
    for (key, metadata) in try await engine.list(paths.connections) {
      if let name = KVPaths.name(key) {
        found[name] = try await entry(name, metadata)
      } else if metadata.isThere {
        foreign.append(ForeignEntry(id: StoreID("path:\(key)"), name: key, reason: .foreignPath))
      }
    }
    foreignEntries = foreign.sorted { $0.id < $1.id }
    entries = found
    return found
  }

  private func entry(
    _ name: ConnectionName, _ metadata: KVMetadata
  ) async throws(StoreError) -> ConnectionEntry {
    let custom = CustomMetadata(metadata.custom)
    var record: AppliedRecord?
    switch ConnectionEntry.effective(metadata, custom).flatMap({ custom.slots[$0] }) {
    case nil: break
    case .record(let found): record = found
    case .spilled(let version): record = try await sibling(name, version, of: custom.id)
    }
    return ConnectionEntry(metadata: metadata, custom: custom, record: record)
  }

  /// Reads the current state, without the cache.
  func freshEntry(_ name: ConnectionName) async throws(StoreError) -> ConnectionEntry {
    let metadata = try await engine.metadata(paths.connection(name)) ?? .none
    let entry = try await entry(name, metadata)
    entries?[name] = entry
    return entry
  }

  func knownEntry(_ name: ConnectionName) async throws(StoreError) -> ConnectionEntry {
    if let entries { return entries[name] ?? .none }
    return try await freshEntry(name)
  }

  func knownEntries() async throws(StoreError) -> [ConnectionName: ConnectionEntry] {
    if let entries { return entries }
    return try await readEntries()
  }

  func remember(_ entry: ConnectionEntry?, _ name: ConnectionName) { entries?[name] = entry }
  func forgetEntries() { entries = nil }

  private func connection(
    _ name: ConnectionName, _ entry: ConnectionEntry
  ) async throws(StoreError) -> ActualConnection {
    var fields: [FieldName: ActualField] = [:]
    var unseen: ActualConnection.Unseen?
    if let record = entry.record {
      if entry.isAsRecorded {
        fields = record.fields.mapValues { field in
          switch field {
          case .plain(let value): .plain(value)
          case .sealed(_, _, let version): .secret(version: version)
          }
        }
      } else if let found = try await changedFields(name, entry, since: record) {
        fields = found
      } else {
        unseen = .change
      }
    } else {
      unseen = .setup
    }
    return ActualConnection(
      id: entry.id(named: name), name: name, app: entry.custom.app ?? AppID("unknown"),
      setupType: entry.record == nil ? nil : entry.custom.type, fields: fields,
      labels: entry.custom.labels, grantedScopes: entry.custom.granted.map { Set($0) },
      version: entry.version, updatedAt: entry.metadata.updatedAt, unseen: unseen)
  }

  /// The fields of a connection that other clients changed, if the data may be read here: each
  /// secret at the version that it was recorded at if it is still the same, else at the current
  /// one.
  private func changedFields(
    _ name: ConnectionName, _ entry: ConnectionEntry, since record: AppliedRecord
  ) async throws(StoreError) -> [FieldName: ActualField]? {
    let path = paths.connection(name)
    guard try await engine.mayReadData(path),
      let now = try await engine.data(path, version: entry.metadata.current)?.data
    else { return nil }
    var before: JSONObject?
    if let number = Int64(record.version.rawValue) {
      before = try await engine.data(path, version: number)?.data
    }
    var fields: [FieldName: ActualField] = [:]
    for (text, value) in now.members where text != SetupData.type {
      let field = FieldName(text)
      switch record.fields[field] {
      case .plain(let known):
        let found = JSONObject.plain(value)
        fields[field] = .plain(known.isSame(as: found) ? known : found ?? .string(""))
      case .sealed(_, _, let version):
        let isSame = before?[text].map { $0.elementsEqual(value) } ?? false
        fields[field] = .secret(version: isSame ? version : entry.version)
      case nil: fields[field] = .secret(version: entry.version)
      }
    }
    return fields
  }

  package func secrets(
    of names: Set<ConnectionName>
  ) async throws(StoreError) -> [FieldAddress: SecretBytes] {
    let parts = try await KVEngine.inParallel(names.sorted()) {
      name -> Result<[FieldAddress: SecretBytes], StoreError> in
      do throws(StoreError) {
        return .success(try await self.openSecrets(of: name))
      } catch {
        return .failure(error)
      }
    }
    return parts.reduce(into: [:]) { found, part in found.merge(part) { $1 } }
  }

  private func openSecrets(
    of name: ConnectionName
  ) async throws(StoreError) -> [FieldAddress: SecretBytes] {
    let entry = try await knownEntry(name)
    guard let record = entry.record,
      let data = try await engine.data(paths.connection(name))?.data
    else { return [:] }
    var found: [FieldAddress: SecretBytes] = [:]
    for (field, value) in record.fields {
      guard case .sealed = value, let raw = data[field.rawValue] else { continue }
      found[FieldAddress(name, field)] = JSONObject.scalar(raw)
    }
    return found
  }
}
