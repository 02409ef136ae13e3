import FoundationEssentials
import GRDB
import Model
import Stores

/// Restores an older version's setup, in one transaction.
///
/// A sealed value is bound to the version that it was first written at, so it is restored as it is. The
/// key is only needed for digests, which show later whether the value is what a manifest declares.
struct RollbackTransaction {
  let db: Database
  let key: StoreKey?
  let name: ConnectionName
  let version: StoreVersion
  let provenance: Provenance

  func carryOut() throws -> AppliedRecord {
    try CodeWriter.writing([name], db, key) { try change() }
  }

  private func change() throws -> AppliedRecord {
    guard
      let row = try Row.fetchOne(
        db, sql: "SELECT id, version FROM connection WHERE name = ?", arguments: [name.rawValue])
    else { throw StoreError.notFound(name) }
    let id = StoreID(row[0])
    let next = try RowVersion.next(after: row[1])
    guard let number = Int64(version.rawValue),
      let content = try VersionTable.content(db, id, number: number, key)
    else { throw StoreError.refused("`\(name)` has no version \(version)") }
    try put(content, in: id, number: next)
    try VersionTable.keep(db, id, number: next, by: provenance, key)
    let record = try record(of: content, id, number: next)
    try AppliedTable.put(db, record, of: name)
    try EventTable.add(
      db, .rolledBack(to: version), of: name, version: next, by: provenance)
    return record
  }

  private func put(_ content: VersionTable.Content, in id: StoreID, number: Int64) throws {
    try db.execute(sql: "DELETE FROM field WHERE connection = ?", arguments: [id.rawValue])
    for (field, value) in content.fields.sorted(by: { $0.key < $1.key }) {
      try db.execute(
        sql: """
          INSERT INTO field (connection, name, version, plain, sealed) VALUES (?, ?, ?, ?, ?)
          """,
        arguments: [id.rawValue, field, value.version, value.plain, value.sealed])
    }
    try db.execute(
      sql: """
        UPDATE connection SET setup_type = ?, labels = ?, version = ?, updated_at = ? WHERE id = ?
        """,
      arguments: [
        content.setupType, content.labels, number, provenance.at.milliseconds, id.rawValue,
      ])
  }

  private func record(
    of content: VersionTable.Content, _ id: StoreID, number: Int64
  ) throws -> AppliedRecord {
    let before = try SnapshotReader.record(db, of: name)
    var fields: [FieldName: FieldWrite] = [:]
    for (text, value) in content.fields {
      fields[FieldName(text)] =
        if let plain = value.plain {
          .plain(try decoded(plain))
        } else {
          .keep(ciphertext: .unknown)
        }
    }
    let version = StoreVersion(String(number))
    let write = StoreWrite(
      name: name, action: .record(id, at: version), app: AppID(content.app),
      setupType: content.setupType.map { SetupType($0) }, fields: fields,
      labels: try decoded(content.labels), scopes: before?.scopes,
      destinations: before?.destinations, preventsDestroy: before?.preventsDestroy ?? false,
      provenance: provenance, owner: before?.owner)
    // The digests of the previous record belong to other values.
    return try write.appliedRecord(
      WrittenConnection(id: id, version: version), before: nil, key: key,
      fieldVersion: { field in
        content.fields[field.rawValue].map { StoreVersion(String($0.version)) }
      },
      keptValue: { field throws(StoreError) in
        guard let key, let value = content.fields[field.rawValue], let sealed = value.sealed
        else { return nil }
        return try key.open(Array(sealed), in: id, field: field, version: value.version)
      })
  }
}
