package import Model
import Secrets
package import Stores

extension OpenBaoBackend: VersionHistory {
  /// The engine's versions. It does not say who wrote one; we know the authors of the last ones.
  package func versions(of name: ConnectionName) async throws(StoreError) -> [StoredVersion] {
    Self.versions(of: try await freshEntry(name))
  }

  private static func versions(of entry: ConnectionEntry) -> [StoredVersion] {
    entry.metadata.versions.reversed().map { version in
      var provenance: Provenance?
      if case .record(let record) = entry.custom.slots[version.number] {
        provenance = record.provenance
      }
      let state: StoredVersion.State =
        if version.isDestroyed {
          .destroyed
        } else if version.isGone {
          .deleted
        } else {
          version.number == entry.metadata.current ? .present : .kept
        }
      return StoredVersion(
        version: StoreVersion(String(version.number)), at: version.createdAt,
        who: provenance?.who, commit: provenance?.commit, state: state)
    }
  }

  package func events(
    of names: Set<ConnectionName>
  ) async throws(StoreError) -> [ConnectionName: [StoreEvent]] {
    var events: [ConnectionName: [StoreEvent]] = [:]
    for name in names { events[name] = try await storedEvents(of: name) }
    return events
  }

  private func storedEvents(of name: ConnectionName) async throws(StoreError) -> [StoreEvent] {
    let entry = try await freshEntry(name)
    let tokens = try await tokenEvents(entry.id(named: name), of: name)
    let versions = Self.versions(of: entry).reversed().map { version in
      StoreEvent(
        at: version.at, who: version.who ?? "-",
        kind: .version(version.version, version.state), connection: name.rawValue,
        version: Int64(version.version.rawValue), commit: version.commit)
    }
    return (versions + tokens).sorted { $0.at < $1.at }
  }

  package func content(
    of name: ConnectionName, at version: StoreVersion
  ) async throws(StoreError) -> VersionContent? {
    let entry = try await freshEntry(name)
    return entry.metadata.isThere ? try await content(of: name, entry, at: version) : nil
  }

  /// The engine keeps the values of a version; what else it had, and which values are secret, only the
  /// present record says.
  private func content(
    of name: ConnectionName, _ entry: ConnectionEntry, at version: StoreVersion
  ) async throws(StoreError) -> VersionContent? {
    guard let number = Int64(version.rawValue),
      let data = try await engine.data(paths.connection(name), version: number)?.data
    else { return nil }
    var fields: [FieldName: VersionContent.Value] = [:]
    var unreadable: Set<FieldName> = []
    for (text, value) in data.members where text != SetupData.type {
      let field = FieldName(text)
      if case .plain = entry.record?.fields[field], let plain = JSONObject.plain(value) {
        fields[field] = .plain(plain)
      } else if let secret = JSONObject.scalar(value) {
        fields[field] = .secret(secret)
      } else {
        unreadable.insert(field)
      }
    }
    return VersionContent(
      app: entry.record?.app ?? entry.custom.app ?? AppID("unknown"),
      setupType: data.text(SetupData.type).map { SetupType($0) }, fields: fields,
      labels: entry.custom.labels, unreadable: unreadable)
  }

  package func rollBack(
    _ name: ConnectionName, to version: StoreVersion, by provenance: Provenance
  ) async throws(StoreError) -> AppliedRecord {
    let entry = try await freshEntry(name)
    guard entry.metadata.isThere else { throw .notFound(name) }
    guard let content = try await content(of: name, entry, at: version) else {
      throw .refused("`\(name)` has no version \(version)")
    }
    try content.requireReadable()
    return try await put(
      StoreWrite(
        name: name, action: .update(entry.id(named: name), from: entry.version),
        app: content.app, setupType: content.setupType,
        fields: content.older, labels: content.labels, scopes: entry.record?.scopes,
        destinations: entry.record?.destinations,
        preventsDestroy: entry.record?.preventsDestroy ?? false,
        provenance: provenance.rollingBack(to: version)),
      id: ownID(of: name, entry), over: entry, keeping: nil)
  }
}
