import Encodings
import FoundationEssentials
import GRDB
import Model
import Stores

/// One change in one transaction, with its version, applied record, event and journal entry.
struct ChangeTransaction {
  let db: Database
  let key: StoreKey?
  let write: StoreWrite
  let run: RunID

  func carryOut() throws -> AppliedRecord? {
    try CodeWriter.writing([write.name, write.formerName], db, key) { try change() }
  }

  private func change() throws -> AppliedRecord? {
    try write.requireOwn(try SnapshotReader.record(db, of: write.formerName))
    let record: AppliedRecord?
    switch write.action {
    case .create:
      try refuseTakenName()
      record = try create()
    case .update(let id, let version):
      try checkVersion(of: id, is: version)
      record = try update(id, .updated)
    case .rename(let id, let version, let former):
      record = try rename(id, at: version, from: former)
    case .record(let id, let version):
      try checkVersion(of: id, is: version)
      record = try putRecord(id, number: number(of: id))
      try note(.recorded, version: nil)
    case .replace(let id, let version):
      try checkVersion(of: id, is: version)
      try remove(id)
      record = try create()
    case .delete(let id, let version):
      try checkVersion(of: id, is: version)
      try checkTokenVersion(of: id)
      try remove(id)
      try db.run(sql: "DELETE FROM applied WHERE name = ?", arguments: [write.name.rawValue])
      try note(.deleted, version: nil)
      record = nil
    }
    try JournalTable.finish(db, write.name, in: run)
    return record
  }

  private func create() throws -> AppliedRecord {
    let id =
      write.newID ?? StoreID(hexadecimal((0..<16).map { _ in UInt8.random(in: 0...255) }))
    try db.run(
      sql: """
        INSERT INTO connection (id, name, app, setup_type, labels, version, updated_at)
        VALUES (?, ?, ?, ?, ?, 1, ?)
        """,
      arguments: [
        id.rawValue, write.name.rawValue, write.app.rawValue, write.setupType?.rawValue,
        canonicalJSON(write.labels), write.provenance.at.milliseconds,
      ])
    return try finish(id, number: 1, .created)
  }

  /// The record moves with the connection, so that kept digests are found in it.
  private func rename(
    _ id: StoreID, at version: StoreVersion, from former: ConnectionName
  ) throws -> AppliedRecord {
    try checkVersion(of: id, is: version, named: former)
    try refuseTakenName()
    let names = [write.name.rawValue, former.rawValue]
    try db.run(
      sql: "UPDATE connection SET name = ? WHERE name = ?", arguments: StatementArguments(names))
    try db.run(
      sql: "UPDATE OR REPLACE applied SET name = ? WHERE name = ?",
      arguments: StatementArguments(names))
    try EventTable.add(
      db, .renamed(to: write.name), of: former, version: nil, by: write.provenance)
    return try update(id, .renamedFrom(former))
  }

  private func update(_ id: StoreID, _ kind: StoreEvent.Kind) throws -> AppliedRecord {
    let next = try RowVersion.next(after: number(of: id))
    try db.run(
      sql: """
        UPDATE connection SET app = ?, setup_type = ?, labels = ?, version = ?, updated_at = ?
        WHERE id = ?
        """,
      arguments: [
        write.app.rawValue, write.setupType?.rawValue, canonicalJSON(write.labels), next,
        write.provenance.at.milliseconds, id.rawValue,
      ])
    return try finish(id, number: next, kind)
  }

  private func finish(
    _ id: StoreID, number: Int64, _ kind: StoreEvent.Kind
  ) throws -> AppliedRecord {
    try writeFields(id, number: number)
    try VersionTable.keep(db, id, number: number, by: write.provenance, key)
    let record = try putRecord(id, number: number)
    try note(kind, version: number)
    return record
  }

  /// The applied record of what is in the tables now.
  private func putRecord(_ id: StoreID, number: Int64) throws -> AppliedRecord {
    let before = try SnapshotReader.record(db, of: write.name)
    let versions = try fieldVersions(of: id)
    // A connection that is recorded for the first time has no digests to keep.
    let stored =
      before == nil && key != nil && write.keepsSecrets
      ? try SealedField.byName(db, of: write.name) : [:]
    let record = try write.appliedRecord(
      WrittenConnection(id: id, version: StoreVersion(String(number))), before: before, key: key,
      fieldVersion: { versions[$0] },
      keptValue: { field throws(StoreError) in
        guard let key, let sealed = stored[field] else { return nil }
        return try sealed.opened(key)
      })
    try AppliedTable.put(db, record, of: write.name)
    return record
  }

  private func fieldVersions(of id: StoreID) throws -> [FieldName: StoreVersion] {
    let rows = try Row.fetchAll(
      db.cachedStatement(sql: "SELECT name, version FROM field WHERE connection = ?"),
      arguments: [id.rawValue])
    return Dictionary(
      rows.map { (FieldName($0[0]), StoreVersion(String($0[1] as Int64))) }
    ) { first, _ in first }
  }

  private func writeFields(_ id: StoreID, number: Int64) throws {
    let old = try String.fetchAll(
      db.cachedStatement(sql: "SELECT name FROM field WHERE connection = ?"),
      arguments: [id.rawValue])
    for name in old where write.fields[FieldName(name)] == nil {
      try db.run(
        sql: "DELETE FROM field WHERE connection = ? AND name = ?",
        arguments: [id.rawValue, name])
    }
    for (name, value) in write.fields.sorted(by: { $0.key < $1.key }) {
      switch value {
      case .plain(let plain):
        try put(name, in: id, number: number, plain: canonicalJSON(plain), sealed: nil)
      case .secret(let secret, _):
        guard let key else { throw StoreError.keyUnavailable("the store key was not opened") }
        let sealed = try key.seal(secret, in: id, field: name, version: number)
        try put(name, in: id, number: number, plain: nil, sealed: Data(sealed))
      case .keep:
        guard old.contains(name.rawValue) else {
          throw StoreError.corrupt("field `\(name)`, which the write keeps, is missing")
        }
      case .leave: continue
      }
    }
  }

  /// An unchanged plain value keeps its version.
  private func put(
    _ name: FieldName, in id: StoreID, number: Int64, plain: String?, sealed: Data?
  ) throws {
    try db.run(
      sql: """
        INSERT INTO field (connection, name, version, plain, sealed) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (connection, name) DO UPDATE
        SET version = excluded.version, plain = excluded.plain, sealed = excluded.sealed
        WHERE plain IS NOT excluded.plain OR excluded.plain IS NULL
        """,
      arguments: [id.rawValue, name.rawValue, number, plain, sealed])
  }

  /// The foreign keys remove fields and versions with it.
  private func remove(_ id: StoreID) throws {
    try db.run(sql: "DELETE FROM connection WHERE id = ?", arguments: [id.rawValue])
  }

  private func refuseTakenName() throws {
    let taken = try Bool.fetchOne(
      db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM connection WHERE name = ?)"),
      arguments: [write.name.rawValue])
    if taken == true { throw StoreError.nameTaken(write.name) }
  }

  private func checkVersion(
    of id: StoreID, is expected: StoreVersion, named name: ConnectionName? = nil
  ) throws {
    let name = name ?? write.name
    let found = try Int64.fetchOne(
      db.cachedStatement(sql: "SELECT version FROM connection WHERE id = ? AND name = ?"),
      arguments: [id.rawValue, name.rawValue]
    ).map { StoreVersion(String($0)) }
    guard found == expected else {
      throw StoreError.versionConflict(name, expected: expected, found: found)
    }
  }

  /// Tokens that were renewed since the removal was planned are the only ones that still work.
  private func checkTokenVersion(of id: StoreID) throws {
    guard let expected = write.tokenVersion else { return }
    let found = try Int64.fetchOne(
      db.cachedStatement(sql: "SELECT version FROM token WHERE connection = ?"),
      arguments: [id.rawValue])
    guard found ?? 0 == expected else { throw StoreError.tokensMoved(write.name) }
  }

  private func number(of id: StoreID) throws -> Int64 {
    try Int64.fetchOne(
      db.cachedStatement(sql: "SELECT version FROM connection WHERE id = ?"),
      arguments: [id.rawValue]) ?? 0
  }

  private func note(_ kind: StoreEvent.Kind, version: Int64?) throws {
    try EventTable.add(db, kind, of: write.name, version: version, by: write.provenance)
  }
}
