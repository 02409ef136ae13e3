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

  package func events(of name: ConnectionName) async throws(StoreError) -> [StoreEvent] {
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

  package func rollBack(
    _ name: ConnectionName, to version: StoreVersion, by provenance: Provenance
  ) async throws(StoreError) -> AppliedRecord {
    let entry = try await freshEntry(name)
    guard entry.metadata.isThere else { throw .notFound(name) }
    guard let number = Int64(version.rawValue),
      let data = try await engine.data(paths.connection(name), version: number)?.data
    else { throw .refused("`\(name)` has no version \(version)") }
    var fields: [FieldName: FieldWrite] = [:]
    for (text, value) in data.members where text != SetupData.type {
      let field = FieldName(text)
      if case .plain = entry.record?.fields[field], let plain = JSONObject.plain(value) {
        fields[field] = .plain(plain)
      } else if let secret = JSONObject.scalar(value) {
        fields[field] = .secret(secret, ciphertext: .unknown)
      }
    }
    return try await put(
      StoreWrite(
        name: name, action: .update(entry.id(named: name), from: entry.version),
        app: entry.record?.app ?? entry.custom.app ?? AppID("unknown"),
        setupType: data.text(SetupData.type).map { SetupType($0) },
        fields: fields, labels: entry.custom.labels, scopes: entry.record?.scopes,
        destinations: entry.record?.destinations,
        preventsDestroy: entry.record?.preventsDestroy ?? false, provenance: provenance),
      id: entry.custom.id ?? .random(), over: entry, keeping: nil)
  }
}
