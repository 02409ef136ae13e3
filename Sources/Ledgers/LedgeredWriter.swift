import Model
import Secrets
import Stores

/// Writes connections to a backend, and their records to the ledger whose lock is held.
struct LedgeredWriter<Records: Ledger>: ConnectionWriter {
  let backend: any RecordlessBackend
  let lock: LedgerLock<Records>
  let key: StoreKeyHolder
  let catalog: Catalog

  /// The intent was journaled when the run began.
  ///
  /// - Throws: `unfinished` for whatever fails after the backend was written.
  func carryOut(_ write: StoreWrite) async throws(StoreError) -> AppliedRecord? {
    let former = write.formerName
    let before = await lock.heldContents?.entries[former]?.record
    try write.requireOwn(before)
    let key = write.hasNewSecrets ? try await key.presentOrNew() : nil
    let written: WrittenConnection
    switch write.action {
    case .create:
      written = WrittenConnection(try await backend.create(try backendWrite(write, before: nil)))
    case .replace(let id, let version):
      let new = try backendWrite(write, before: nil)
      try await backend.delete(id, named: write.name, from: version)
      written = try await StoreError.afterWrite(of: write.name) { () async throws(StoreError) in
        WrittenConnection(try await backend.create(new))
      }
    case .record(let id, let version):
      return try await record(
        write, WrittenConnection(id: id, version: version), over: before, former, key)
    case .update(let id, let version), .rename(let id, let version, _):
      // If the version differs from the recorded one, the content is unknown and is written again.
      guard version != before?.version || write.reachesBackend(before, former: former) else {
        return try await record(
          write, WrittenConnection(id: id, version: version), over: before, former, key)
      }
      written = WrittenConnection(
        try await backend.update(id, from: version, try backendWrite(write, before: before)))
    case .delete(let id, let version):
      try await backend.delete(id, named: write.name, from: version)
      try await StoreError.afterWrite(of: write.name) { () async throws(StoreError) in
        try await lock.saveOutcome(of: write.name) { $0.entries[write.name] = nil }
      }
      return nil
    }
    return try await StoreError.afterWrite(of: write.name) { () async throws(StoreError) in
      try await record(write, written, over: before, former, key)
    }
  }

  private func record(
    _ write: StoreWrite, _ written: WrittenConnection, over before: AppliedRecord?,
    _ former: ConnectionName, _ key: StoreKey?
  ) async throws(StoreError) -> AppliedRecord {
    // The backend has no finer versions than the connection's.
    let record = try write.appliedRecord(
      written, before: before, key: key, fieldVersion: { _ in written.version })
    try await lock.saveOutcome(of: write.name) { contents in
      let granted = contents.entries[former]?.granted
      contents.entries[former] = nil
      contents.entries[write.name] = LedgerEntry(record: record, granted: granted)
    }
    return record
  }

  /// An incomplete setup is withheld: the backend takes none, and the connection stays empty there.
  private func backendWrite(
    _ write: StoreWrite, before: AppliedRecord?
  ) throws(StoreError) -> BackendWrite {
    guard let type = write.setupType, catalog.isWhole(write.app, type, write.fields.keys)
    else {
      if let type = before?.setupType,
        catalog.isWhole(write.app, type, (before?.fields ?? [:]).keys)
      {
        throw .refused(
          "a connection with a setup cannot be emptied there; delete it and create it again")
      }
      // What is declared in part must not count as written over a setup that is complete there.
      return BackendWrite(
        name: write.name, app: write.app, setup: nil, requiresEmpty: !write.fields.isEmpty)
    }
    // Only the name changes, if every secret stays as it is.
    if write.keepsSecrets { return BackendWrite(name: write.name, app: write.app, setup: nil) }
    let fields = write.fields.compactMapValues { value -> BackendWrite.Value? in
      switch value {
      case .plain(let value): .plain(value)
      case .secret(let value, _): .secret(value)
      case .keep, .leave: nil
      }
    }
    return BackendWrite(
      name: write.name, app: write.app, setup: BackendWrite.Setup(type: type, fields: fields))
  }
}

extension WrittenConnection {
  fileprivate init(_ connection: BackendConnection) {
    self.init(id: connection.id, version: connection.version)
  }
}

extension Catalog {
  /// Whether a setup has all that its app requires, and a credential; a setup of an unknown app has.
  func isWhole(_ app: AppID, _ type: SetupType, _ fields: some Collection<FieldName>) -> Bool {
    guard let shape = self[app]?.setup(type) else { return true }
    return shape.missing(from: fields).isEmpty && !shape.lacksCredential(fields)
  }
}

extension StoreWrite {
  /// Whether the backend's content differs from the write. A resealed value, labels and scopes are only
  /// in the ledger.
  fileprivate func reachesBackend(_ before: AppliedRecord?, former: ConnectionName) -> Bool {
    guard let before else { return true }
    if name != former || hasNewSecrets || setupType != before.setupType { return true }
    for (field, value) in fields {
      if case .plain(let value) = value, before.fields[field] != .plain(value) { return true }
    }
    return before.fields.keys.contains { fields[$0] == nil }
  }
}
