package import Model
package import Stores

extension OpenBaoBackend: ConnectionWriter, GrantRecorder {
  package func carryOut(_ write: StoreWrite) async throws(StoreError) -> AppliedRecord? {
    let record: AppliedRecord?
    switch write.action {
    case .create:
      let entry = try await knownEntry(write.name)
      if entry.metadata.isThere { throw .nameTaken(write.name) }
      record = try await put(write, id: write.newID ?? .random(), over: entry, keeping: nil)
    case .update(let id, let version):
      let entry = try await ownEntry(write, write.name, id, at: version)
      record = try await put(
        write, id: ownID(of: write.name, entry), over: entry, keeping: write.name)
    case .replace(let id, let version):
      let old = try await ownEntry(write, write.name, id, at: version)
      let new = try await put(write, id: write.newID ?? .random(), over: old, keeping: nil)
      // A copy that is written again keeps its id, and so its tokens.
      if new.storeID != id {
        try await StoreError.afterWrite(of: write.name) { () async throws(StoreError) in
          try await removeTokens(id, of: write.name)
        }
      }
      record = new
    case .record(let id, let version):
      record = try await recordAlone(
        write, over: try await ownEntry(write, write.name, id, at: version))
    case .rename(let id, let version, let former):
      let old = try await ownEntry(write, former, id, at: version)
      let new = try await knownEntry(write.name)
      if new.metadata.isThere { throw .nameTaken(write.name) }
      var base = new
      base.record = old.record
      base.custom.granted = old.custom.granted
      let newID = try await ownID(of: former, old)
      record = try await put(write, id: newID, over: base, keeping: former)
      try await StoreError.afterWrite(of: write.name) { () async throws(StoreError) in
        try await remove(former, old, keepsTokens: true)
        try await moveTokens(from: former, id, to: write.name, newID)
      }
    case .delete(let id, let version):
      let entry = try await ownEntry(write, write.name, id, at: version)
      if write.tokenVersion != nil, destroys {
        // Its tokens are closed first, so what the policy does not allow must be known before.
        try await engine.requireDestroyable(paths.connection(write.name))
      }
      if let closed = try await closeTokens(id, of: write.name, at: write.tokenVersion) {
        try await StoreError.afterWrite(of: write.name) { () async throws(StoreError) in
          try await remove(write.name, entry)
          // The mark in their place does not say whose they were.
          try await engine.destroy(paths.accessToken(write.name))
          try await engine.destroy(closed)
        }
      } else {
        try await remove(write.name, entry)
      }
      record = nil
    }
    await journal.finish(write.name)
    return record
  }

  private func ownEntry(
    _ write: StoreWrite, _ name: ConnectionName, _ id: StoreID, at version: StoreVersion
  ) async throws(StoreError) -> ConnectionEntry {
    let entry = try await entry(name, id, at: version)
    try write.requireOwn(entry.record)
    return entry
  }

  /// The connection as the plan saw it. Our copy may be outdated, so it is read again if it
  /// differs.
  private func entry(
    _ name: ConnectionName, _ id: StoreID, at version: StoreVersion
  ) async throws(StoreError) -> ConnectionEntry {
    func fits(_ entry: ConnectionEntry) -> Bool {
      entry.metadata.isThere && entry.version == version && entry.id(named: name) == id
    }
    let known = try await knownEntry(name)
    if fits(known) { return known }
    let fresh = try await freshEntry(name)
    if fits(fresh) { return fresh }
    throw .versionConflict(
      name, expected: version, found: fresh.metadata.isThere ? fresh.version : nil)
  }

  /// A soft delete, which the engine's own tools can undo, or a permanent one; then the tokens are
  /// removed. A version that was written in the meantime stays.
  ///
  /// - Parameter keepsTokens: the connection was renamed.
  func remove(
    _ name: ConnectionName, _ entry: ConnectionEntry, keepsTokens: Bool = false
  ) async throws(StoreError) {
    let path = paths.connection(name)
    if destroys {
      try await engine.destroy(path)
      try await StoreError.afterWrite(of: name) { () async throws(StoreError) in
        try await engine.destroy(paths.record(name))
      }
      remember(nil, name)
    } else {
      try await engine.delete(path, version: entry.metadata.current)
      let left = try await StoreError.afterWrite(of: name) { () async throws(StoreError) in
        try await freshEntry(name)
      }
      if left.metadata.isThere {
        throw .versionConflict(name, expected: entry.version, found: left.version)
      }
      try await StoreError.afterWrite(of: name) { () async throws(StoreError) in
        try await clear(name, entry)
      }
    }
    // The last step: tokens that are gone while their connection is not could neither be used nor
    // revoked.
    if keepsTokens { return }
    try await StoreError.afterWrite(of: name) { () async throws(StoreError) in
      try await removeTokens(entry.id(named: name), of: name)
    }
  }

  /// The id that a connection will be applied with. One that lost its own (`bao kv metadata put`) has it
  /// again from its tokens.
  func ownID(
    of name: ConnectionName, _ entry: ConnectionEntry
  ) async throws(StoreError) -> StoreID {
    if let id = entry.custom.id { return id }
    let path = paths.refreshToken(name)
    if let metadata = try await engine.metadataIfPermitted(path),
      let id = TokenCopy(metadata.custom).id, id != .byName(name)
    {
      return id
    }
    return .random()
  }

  /// Removes the applied record of a connection that is gone.
  func clear(_ name: ConnectionName, _ entry: ConnectionEntry) async throws(StoreError) {
    var custom = entry.custom
    custom.clear()
    try await putCustom(custom, of: name, over: entry)
    remember(
      ConnectionEntry(
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

  /// Replaces what is kept beside the secret and was read with `entry`.
  ///
  /// - Throws: `versionConflict` if another process was first.
  func putCustom(
    _ custom: CustomMetadata, of name: ConnectionName, over entry: ConnectionEntry
  ) async throws(StoreError) {
    guard let texts = custom.texts else {
      throw .refused(
        "the labels of `\(name)` do not fit into its custom metadata, which holds"
          + " \(CustomMetadata.maxEntries) entries of \(CustomMetadata.maxBytes) bytes")
    }
    let isPut = try await engine.putMetadata(
      paths.connection(name), custom: texts, after: entry.metadata.metadataVersion)
    if isPut { return }
    let fresh = try await freshEntry(name)
    throw .versionConflict(
      name, expected: entry.version, found: fresh.metadata.isThere ? fresh.version : nil)
  }
}
