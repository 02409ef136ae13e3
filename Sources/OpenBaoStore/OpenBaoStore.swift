import Encodings
import FoundationEssentials
package import HTTP
package import Model
package import Pacing
package import Secrets
package import Stores

/// A store in a KV v2 secret engine of OpenBao or HashiCorp Vault: one secret a connection.
///
/// - The secret's data is the setup, for whoever reads it; its `custom_metadata` is the applied
///   record, which holds no secret: so a plan lists and reads metadata alone.
/// - Every write compares and swaps on the version that the plan saw. The record of the new version
///   is put beside the old one's first; the version that is there decides which counts.
/// - Lock, journal and the key of the digests are secrets of their own below `<prefix>-state`.
package actor OpenBaoStore: Store {
  package nonisolated let description: StoreDescription
  package nonisolated let writesWholeSetups = false
  package nonisolated let holdsRecords = true
  package nonisolated let parallelism = KVEngine.width
  let engine: KVEngine
  let paths: KVPaths
  let protection: any KeyProtection
  /// Deleted connections are gone for good, where they could be brought back otherwise.
  private let destroys: Bool
  private var isChecked = false
  /// As last read, and written since.
  private var entries: [ConnectionName: Entry]?
  var key: StoreKey?
  let fetchingKey = SingleFlight<StoreKey?>()
  let makingKey = SingleFlight<StoreKey>()
  /// The version of the lock that we hold.
  var lockVersion: Int64?
  var journal = RunJournal()

  /// - Parameters:
  ///   - address: the server's, without a slash at the end.
  ///   - environment: of the project; has a folder of its own.
  ///   - credentials: asked for once, when the first call is made.
  package init(
    address: String, namespace: String?, mount: String, prefix: String, environment: String?,
    destroys: Bool, credentials: @escaping @Sendable () throws(StoreError) -> BaoCredentials,
    http: any HTTPTransport, runtime: Runtime, protection: any KeyProtection
  ) {
    let folder = environment.map { "/\($0)" } ?? ""
    description = StoreDescription(
      type: "openbao",
      location: "\(namespace.map { "\($0)/" } ?? "")\(mount)/\(prefix)\(folder)")
    engine = KVEngine(
      api: BaoAPI(
        base: address, namespace: namespace, credentials: credentials, http: http,
        runtime: runtime), mount: percentEncoded(path: mount))
    paths = KVPaths(prefix: prefix, environment: environment)
    self.protection = protection
    self.destroys = destroys
  }

  // MARK: Reading

  package func read() async throws(StoreError) -> Snapshot {
    let entries = try await readEntries()
    var actual: [ConnectionName: ActualConnection] = [:]
    var applied: [ConnectionName: AppliedRecord] = [:]
    for (name, entry) in entries {
      applied[name] = entry.record
      if entry.metadata.isThere { actual[name] = try await connection(name, entry) }
    }
    return Snapshot(actual: actual, applied: applied)
  }

  func readEntries() async throws(StoreError) -> [ConnectionName: Entry] {
    if !isChecked {
      try await engine.check()
      isChecked = true
    }
    var found: [ConnectionName: Entry] = [:]
    for (key, metadata) in try await engine.list(paths.connections) {
      guard let name = KVPaths.name(key) else { continue }
      found[name] = try await entry(name, metadata)
    }
    entries = found
    return found
  }

  private func entry(
    _ name: ConnectionName, _ metadata: KVMetadata
  ) async throws(StoreError) -> Entry {
    let custom = CustomMetadata(metadata.custom)
    var record: AppliedRecord?
    switch Entry.effective(metadata, custom).flatMap({ custom.slots[$0] }) {
    case nil: break
    case .record(let found): record = found
    case .spilled(let version): record = try await sibling(name, version)
    }
    return Entry(metadata: metadata, custom: custom, record: record)
  }

  /// As it is now; nothing is taken from what was read before.
  func freshEntry(_ name: ConnectionName) async throws(StoreError) -> Entry {
    let metadata = try await engine.metadata(paths.connection(name)) ?? .none
    let entry = try await entry(name, metadata)
    entries?[name] = entry
    return entry
  }

  func knownEntry(_ name: ConnectionName) async throws(StoreError) -> Entry {
    if let entries { return entries[name] ?? .none }
    return try await freshEntry(name)
  }

  func remember(_ entry: Entry?, _ name: ConnectionName) { entries?[name] = entry }
  func forgetEntries() { entries = nil }

  private func connection(
    _ name: ConnectionName, _ entry: Entry
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
      } else if let found = try await movedFields(name, entry, since: record) {
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

  /// The fields of a connection that others changed, where the data may be read here: each secret at
  /// the version that it was recorded at where it is still the same, else at the present one.
  private func movedFields(
    _ name: ConnectionName, _ entry: Entry, since record: AppliedRecord
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

  package func readOffline() throws(StoreError) -> Snapshot {
    throw .unavailable(
      "its records are in the store itself, so it cannot be planned without it; `ledger: git` keeps"
        + " a copy of them")
  }

  package func flows() -> [FlowDefinition] { [] }

  package func compare(
    _ values: [(field: FieldAddress, value: SecretBytes)], isOffline: Bool
  ) async throws(StoreError) -> [SecretComparison?] {
    if values.isEmpty { return [] }
    guard let key = try await presentKey() else { return values.map { _ in nil } }
    var applied: [ConnectionName: AppliedRecord] = [:]
    for name in Set(values.map(\.field.connection)) {
      applied[name] = try await knownEntry(name).record
    }
    return key.compare(values, with: applied)
  }

  package func secrets(
    of names: Set<ConnectionName>
  ) async throws(StoreError) -> [FieldAddress: SecretBytes] {
    var found: [FieldAddress: SecretBytes] = [:]
    for name in names.sorted() {
      let entry = try await knownEntry(name)
      guard let record = entry.record,
        let data = try await engine.data(paths.connection(name))?.data
      else { continue }
      for (field, value) in record.fields {
        guard case .sealed = value, let raw = data[field.rawValue] else { continue }
        found[FieldAddress(name, field)] = JSONObject.scalar(raw)
      }
    }
    return found
  }

  // MARK: Writing

  package func carryOut(
    _ write: StoreWrite, in run: RunID
  ) async throws(StoreError) -> AppliedRecord? {
    let record: AppliedRecord?
    switch write.action {
    case .create:
      let entry = try await knownEntry(write.name)
      if entry.metadata.isThere { throw .nameTaken(write.name) }
      record = try await put(write, id: .random(), over: entry, keeping: nil)
    case .update(let id, let version):
      let entry = try await entry(write.name, id, at: version)
      record = try await put(
        write, id: entry.custom.id ?? .random(), over: entry, keeping: write.name)
    case .replace(let id, let version):
      let old = try await entry(write.name, id, at: version)
      record = try await put(write, id: .random(), over: old, keeping: nil)
      try await takeTokensAway(id)
    case .record(let id, let version):
      record = try await recordAlone(write, over: try await entry(write.name, id, at: version))
    case .rename(let id, let version, let former):
      let old = try await entry(former, id, at: version)
      let new = try await knownEntry(write.name)
      if new.metadata.isThere { throw .nameTaken(write.name) }
      var base = new
      base.record = old.record
      base.custom.granted = old.custom.granted
      record = try await put(write, id: old.custom.id ?? .random(), over: base, keeping: former)
      try await takeAway(former, old, keepsTokens: true)
    case .delete(let id, let version):
      try await takeAway(write.name, try await entry(write.name, id, at: version))
      record = nil
    }
    journal.finished(write.name)
    return record
  }

  /// The connection as the plan saw it. What we know may be old, so a difference is looked at anew.
  private func entry(
    _ name: ConnectionName, _ id: StoreID, at version: StoreVersion
  ) async throws(StoreError) -> Entry {
    func fits(_ entry: Entry) -> Bool {
      entry.metadata.isThere && entry.version == version && entry.id(named: name) == id
    }
    let known = try await knownEntry(name)
    if fits(known) { return known }
    let fresh = try await freshEntry(name)
    if fits(fresh) { return fresh }
    throw .versionConflict(
      name, expected: version, found: fresh.metadata.isThere ? fresh.version : nil)
  }

  /// Soft, so that the engine's own tools can bring it back, or for good. A version that came
  /// meanwhile stays.
  ///
  /// - Parameter keepsTokens: it has another name now.
  func takeAway(
    _ name: ConnectionName, _ entry: Entry, keepsTokens: Bool = false
  ) async throws(StoreError) {
    let path = paths.connection(name)
    if !keepsTokens { try await takeTokensAway(entry.id(named: name)) }
    if destroys {
      try await engine.destroy(path)
      try await engine.destroy(paths.record(name))
      return remember(nil, name)
    }
    try await engine.delete(path, version: entry.metadata.current)
    try await clear(name, entry)
  }

  /// Forgets what was applied of a connection that is gone.
  func clear(_ name: ConnectionName, _ entry: Entry) async throws(StoreError) {
    var custom = entry.custom
    custom.clear()
    try await putCustom(custom, of: name, over: entry)
    remember(
      Entry(
        metadata: entry.metadata.with(
          current: entry.metadata.current, custom: custom.texts ?? [:], isGone: true),
        custom: custom, record: nil), name)
  }

  package func recordGrant(
    _ scopes: Set<Scope>, for name: ConnectionName, by provenance: Provenance
  ) async throws(StoreError) {
    var entry = try await freshEntry(name)
    guard entry.metadata.isThere else { throw .notFound(name) }
    entry.custom.granted = scopes.sorted()
    try await putCustom(entry.custom, of: name, over: entry)
    _ = try await freshEntry(name)
  }

  /// Puts what is kept beside the secret in the place of what `entry` has there.
  ///
  /// - Throws: `versionConflict` where somebody else was first.
  func putCustom(
    _ custom: CustomMetadata, of name: ConnectionName, over entry: Entry
  ) async throws(StoreError) {
    guard let texts = custom.texts else {
      throw .refused(
        "the labels of `\(name)` do not fit beside the secret: it has room for"
          + " \(CustomMetadata.maxEntries) texts of \(CustomMetadata.mostBytes) bytes")
    }
    let isPut = try await engine.putMetadata(
      paths.connection(name), custom: texts, after: entry.metadata.metadataVersion)
    if isPut { return }
    let fresh = try await freshEntry(name)
    throw .versionConflict(
      name, expected: entry.version, found: fresh.metadata.isThere ? fresh.version : nil)
  }
}

extension StoreID {
  static func random() -> StoreID {
    // Two calls of the system's generator; a byte at a time would be sixteen.
    var generator = SystemRandomNumberGenerator()
    let halves: [UInt64] = [generator.next(), generator.next()]
    return StoreID(
      hexadecimal(halves.flatMap { half in unsafe withUnsafeBytes(of: half) { unsafe Array($0) } }))
  }
}
