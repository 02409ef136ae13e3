import Model
import Secrets
import Stores

/// One version of a connection's secret, written once.
extension OpenBaoBackend {
  /// 1. The data: what is new, and from the data of `previous` what stays.
  /// 2. The record of the next version, beside that of the current one.
  /// 3. The data by compare-and-swap. Where its response is lost, the current data shows whether it
  ///    was written, so nothing is written twice.
  /// 4. If another process was first, our record is removed, and it is a conflict.
  ///
  /// - Parameter previous: the connection whose data has the kept fields; `nil` if none is kept.
  func put(
    _ write: StoreWrite, id: StoreID, over entry: ConnectionEntry, keeping previous: ConnectionName?
  ) async throws(StoreError) -> AppliedRecord {
    let present = try await keptData(write, previous, entry)
    let data = try SetupData.json(write, keeping: present)
    let next = entry.metadata.current + 1
    let record = try await record(
      of: write, id: id, version: StoreVersion(String(next)), before: entry.record,
      present: present)
    var custom = entry.custom
    let kept = ConnectionEntry.effective(entry.metadata, custom)
    custom.slots = custom.slots.filter { $0.key == kept }
    try await putRecord(record, of: next, &custom, write.name, over: entry)

    // A record without its version may not stay: the next run removes it.
    let slot = custom.slots[next]
    let conflict = try await StoreError.afterWrite(of: write.name) {
      () async throws(StoreError) -> StoreError? in
      try await engine.writeResolvingLostResponse(
        paths.connection(write.name), data: data, after: entry.metadata.current)
        ? nil : self.conflict(write, entry, slot, of: next)
    }
    if let conflict { throw conflict }
    remember(
      ConnectionEntry(
        metadata: entry.metadata.with(
          current: next, custom: custom.texts ?? [:], at: write.provenance.at),
        custom: custom, record: record), write.name)
    return record
  }

  /// The record alone: the values stay as they are.
  func recordAlone(
    _ write: StoreWrite, over entry: ConnectionEntry
  ) async throws(StoreError) -> AppliedRecord {
    let lacksDigests = write.fields.contains { field, value in
      if case .keep = value {
        entry.record.flatMap { $0.digest(of: field, in: $0.storeID) } == nil
      } else {
        false
      }
    }
    let present =
      lacksDigests ? try await engine.data(paths.connection(write.name))?.data : nil
    let record = try await record(
      of: write, id: ownID(of: write.name, entry), version: entry.version, before: entry.record,
      present: present)
    var custom = entry.custom
    custom.slots = [:]
    try await putRecord(record, of: entry.metadata.current, &custom, write.name, over: entry)
    remember(
      ConnectionEntry(
        metadata: entry.metadata.with(custom: custom.texts ?? [:]), custom: custom, record: record),
      write.name)
    return record
  }

  private func keptData(
    _ write: StoreWrite, _ previous: ConnectionName?, _ entry: ConnectionEntry
  ) async throws(StoreError) -> JSONObject? {
    let keeps = write.fields.values.contains {
      switch $0 {
      case .keep, .leave: true
      case .plain, .secret: false
      }
    }
    guard keeps, let previous else { return nil }
    guard let found = try await engine.data(paths.connection(previous)) else {
      throw .versionConflict(previous, expected: entry.version, found: nil)
    }
    if previous == write.name, found.version != entry.metadata.current {
      throw .versionConflict(
        previous, expected: entry.version, found: StoreVersion(String(found.version)))
    }
    return found.data
  }

  func putRecord(
    _ record: AppliedRecord, of version: Int64, _ custom: inout CustomMetadata,
    _ name: ConnectionName, over entry: ConnectionEntry
  ) async throws(StoreError) {
    custom.set(.record(record), of: version, record)
    if custom.texts == nil {
      // Written before the reference to it.
      let sibling = try await putSibling(record, of: name)
      custom.set(.spilled(sibling), of: version, record)
    }
    try await putCustom(custom, of: name, over: entry)
  }

  /// - Parameter present: the data that kept values are in, if it was read.
  private func record(
    of write: StoreWrite, id: StoreID, version: StoreVersion, before: AppliedRecord?,
    present: JSONObject?
  ) async throws(StoreError) -> AppliedRecord {
    func kept(_ field: FieldName) -> SecretBytes? {
      present?[field.rawValue].flatMap { JSONObject.scalar($0) }
    }
    let needsKey = write.fields.contains { field, value in
      switch value {
      case .secret: true
      case .keep: before?.digest(of: field, in: id) == nil && kept(field) != nil
      case .plain, .leave: false
      }
    }
    return try write.appliedRecord(
      WrittenConnection(id: id, version: version), before: before,
      key: needsKey ? try await key.presentOrNew() : nil,
      fieldVersion: { field in
        guard case .keep = write.fields[field] else { return version }
        return before?.version(of: field) ?? version
      },
      keptValue: { field throws(StoreError) in kept(field) })
  }

  private func conflict(
    _ write: StoreWrite, _ entry: ConnectionEntry, _ slot: CustomMetadata.Slot?, of version: Int64
  ) async throws(StoreError) -> StoreError {
    let fresh = try await freshEntry(write.name)
    // Removes only our own: by now it may be the other process's.
    if fresh.custom.slots[version] == slot { try await forget(version, write.name, fresh) }
    return .versionConflict(
      write.name, expected: entry.version, found: fresh.metadata.isThere ? fresh.version : nil)
  }

  // MARK: Records that do not fit beside the secret

  /// The record of a connection that has the id `id`; in the previous place if nobody claimed it yet.
  func sibling(
    _ name: ConnectionName, _ version: Int64, of id: StoreID?
  ) async throws(StoreError) -> AppliedRecord? {
    for paths in [paths, former].compactMap({ $0 }) {
      guard
        let text = try await engine.data(paths.record(name), version: version)?.data.text("record")
      else { continue }
      let record: AppliedRecord = try StoredJSON.decoded(text)
      if id == nil || record.storeID == id { return record }
    }
    return nil
  }

  private func putSibling(
    _ record: AppliedRecord, of name: ConnectionName
  ) async throws(StoreError) -> Int64 {
    let path = paths.record(name)
    let version = try await engine.metadata(path)?.current ?? 0
    let data = try StoredJSON.encoded("record", record)
    guard case .written = try await engine.put(path, data: data, after: version) else {
      throw .writeFailed("the record of `\(name)` could not be written")
    }
    return version + 1
  }
}

extension AppliedRecord {
  func version(of field: FieldName) -> StoreVersion? {
    if case .sealed(_, _, let version) = fields[field] { version } else { nil }
  }
}
