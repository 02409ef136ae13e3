import FoundationEssentials
import GRDB
import Model
import Stores

/// An older version's setup put in the present one's place, in one transaction.
///
/// A sealed value is bound to the version that it was first written at, so it goes back as it is,
/// and no key is needed but to tell afterwards whether it is what a manifest declares.
struct Rollback {
  let db: Database
  let key: StoreKey?
  let name: ConnectionName
  let version: StoreVersion
  let provenance: Provenance

  func carryOut() throws -> AppliedRecord {
    guard
      let row = try Row.fetchOne(
        db, sql: "SELECT id, version FROM connection WHERE name = ?", arguments: [name.rawValue])
    else { throw StoreError.notFound(name) }
    let id = StoreID(row[0])
    let next = (row[1] as Int64) + 1
    guard let number = Int64(version.rawValue),
      let content = try VersionTable.content(db, id, number: number)
    else { throw StoreError.refused("`\(name)` has no version \(version) any more") }
    try put(content, in: id, number: next)
    try VersionTable.keep(db, id, number: next, by: provenance)
    let record = try record(of: content, id, number: next)
    try db.execute(
      sql: "INSERT OR REPLACE INTO applied (name, record) VALUES (?, ?)",
      arguments: [name.rawValue, canonicalJSON(record)])
    try EventTable.add(
      db, "rollback to \(version)", of: name, version: next, by: provenance)
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
    var fields: [FieldName: AppliedField] = [:]
    for (text, value) in content.fields {
      let field = FieldName(text)
      if let plain = value.plain {
        fields[field] = .plain(try decoded(plain))
      } else {
        let digest = try key.flatMap { key in
          try value.sealed.map { sealed in
            key.digest(
              try key.open(Array(sealed), in: id, field: field, version: value.version), in: id,
              field: field)
          }
        }
        fields[field] = .sealed(
          ciphertext: .unknown, value: digest, version: StoreVersion(String(value.version)))
      }
    }
    return AppliedRecord(
      storeID: id, version: StoreVersion(String(number)), app: AppID(content.app),
      setupType: content.setupType.map { SetupType($0) }, fields: fields,
      labels: try decoded(content.labels), scopes: before?.scopes,
      preventsDestroy: before?.preventsDestroy ?? false, provenance: provenance)
  }
}
