import Model
import Secrets
import Stores

/// The result of one change of a killed run.
enum RecoveredIntent {
  case done, begun, untouched
}

/// A run may be killed between two requests of a change: the record is written before the data, so
/// what is unknown is whether the data followed, and whether it is ours.
extension OpenBaoBackend {
  func recover(_ intent: JournaledIntent) async throws(StoreError) -> RecoveredIntent {
    let name = intent.connection
    let entry = try await knownEntry(name)
    switch intent.kind {
    case .record: return intent.version == entry.record?.version ? .done : .untouched
    case .delete: return try await recoverDelete(intent, entry)
    case .create, .update: return try await recoverWrite(name, entry, intent)
    case .replace:
      let result = try await recoverWrite(name, entry, intent)
      // The old connection's. A copy that was written again has the same id, and its tokens are in use.
      if result == .done, let id = intent.id, entry.id(named: name) != id {
        try await removeTokens(id, of: name)
      }
      return result
    case .rename:
      let result = try await recoverWrite(name, entry, intent)
      guard result == .done, let former = intent.formerName else { return result }
      let old = try await knownEntry(former)
      if old.metadata.isThere, old.id(named: former) == intent.id {
        try await remove(former, old, keepsTokens: true)
      }
      if let id = intent.id {
        try await moveTokens(from: former, id, to: name, entry.id(named: name))
      }
      return .done
    }
  }

  private func recoverDelete(
    _ intent: JournaledIntent, _ entry: ConnectionEntry
  ) async throws(StoreError) -> RecoveredIntent {
    if entry.metadata.isThere { return .untouched }
    if entry.record != nil { try await clear(intent.connection, entry) }
    if let id = intent.id { try await removeTokens(id, of: intent.connection) }
    return .done
  }

  /// A record without its version is removed, so that it can never be mistaken for the record of
  /// another process's write; so is one whose version has other data.
  private func recoverWrite(
    _ name: ConnectionName, _ entry: ConnectionEntry, _ intent: JournaledIntent
  ) async throws(StoreError) -> RecoveredIntent {
    let current = entry.metadata.current
    let before = intent.version.flatMap { Int64($0.rawValue) }
    if let pending = entry.custom.slots.keys.first(where: { $0 > current }) {
      try await forget(pending, name, entry)
      return .begun
    }
    guard entry.metadata.isThere, let record = entry.record, entry.isAsRecorded,
      intent.kind == .create || intent.kind == .rename || current == (before ?? 0) + 1
    else { return .untouched }
    if try await isHeld(record, name) { return .done }
    try await forget(current, name, entry)
    return .begun
  }

  /// Removes the record of a version that was not written, or is not ours, and describes the connection
  /// again as the record before it has it.
  func forget(
    _ version: Int64, _ name: ConnectionName, _ entry: ConnectionEntry
  ) async throws(StoreError) {
    var custom = entry.custom
    custom.slots[version] = nil
    if let kept = ConnectionEntry.effective(entry.metadata, custom), let slot = custom.slots[kept] {
      let record: AppliedRecord? =
        switch slot {
        case .record(let found): found
        case .spilled(let sibling): try await self.sibling(name, sibling, of: nil)
        }
      if let record { custom.set(slot, of: kept, record) }
    }
    try await putCustom(custom, of: name, over: entry)
    _ = try await freshEntry(name)
  }

  /// Whether the data matches the record, if that can be checked here.
  private func isHeld(
    _ record: AppliedRecord, _ name: ConnectionName
  ) async throws(StoreError) -> Bool {
    let path = paths.connection(name)
    guard try await engine.mayReadData(path), let data = try await engine.data(path)?.data else {
      return true
    }
    let key = try await key.presentIfAvailable()
    return record.fields.allSatisfy { field, applied in
      guard let raw = data[field.rawValue] else { return false }
      switch applied {
      case .plain(let value): return value.isSame(as: JSONObject.plain(raw))
      case .sealed(_, let digest, _):
        guard let digest, let key, let value = JSONObject.scalar(raw) else { return true }
        return key.digest(value, in: record.storeID, field: field) == digest
      }
    }
  }
}
