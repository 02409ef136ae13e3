import FoundationEssentials
import GRDB
import Model
import Secrets
import Stores

/// Seals everything in the file under a new key, in one transaction: fields, the versions that are
/// kept, tokens, and the digests of records.
struct KeyRotationTransaction {
  let db: Database
  let rotation: KeyRotation

  func carryOut() throws {
    let check = try CodeCheck(db, rotation.old)
    try check?.require()
    try check?.requireEvents()
    // Nothing may stay under the old key, and what belongs to no connection may be of any other.
    try OrphanRows.remove(db)
    try sealFields()
    try sealVersions()
    if try Schema.has(.tokens, in: db) { try sealTokens() }
    try makeDigests()
    try CodeWriter.writeAll(db, rotation.new)
  }

  private func again(
    _ sealed: Data, in id: StoreID, _ field: FieldName, _ version: Int64
  ) throws -> Data {
    let value = try rotation.old.open(Array(sealed), in: id, field: field, version: version)
    return Data(try rotation.new.seal(value, in: id, field: field, version: version))
  }

  private func sealFields() throws {
    let rows = try Row.fetchAll(
      db, sql: "SELECT connection, name, version, sealed FROM field WHERE sealed IS NOT NULL")
    for row in rows {
      let (id, name): (String, String) = (row[0], row[1])
      try db.run(
        sql: "UPDATE field SET sealed = ? WHERE connection = ? AND name = ?",
        arguments: [try again(row[3], in: StoreID(id), FieldName(name), row[2]), id, name])
    }
  }

  /// One version at a time: all of them may be large.
  private func sealVersions() throws {
    let keys = try Row.fetchAll(db, sql: "SELECT connection, number FROM version")
    for key in keys {
      let (id, number): (String, Int64) = (key[0], key[1])
      guard
        let content = try VersionTable.content(
          db, StoreID(id), number: number, rotation.old)
      else {
        continue
      }
      let fields = try content.fields.map { name, field in
        let sealed = try field.sealed.map {
          try again($0, in: StoreID(id), FieldName(name), field.version)
        }
        return (
          name,
          VersionTable.Content.Field(version: field.version, plain: field.plain, sealed: sealed)
        )
      }
      let sealed = VersionTable.Content(
        app: content.app, setupType: content.setupType, labels: content.labels,
        fields: Dictionary(uniqueKeysWithValues: fields))
      try db.run(
        sql: "UPDATE version SET content = ? WHERE connection = ? AND number = ?",
        arguments: [try canonicalJSON(sealed), id, number])
    }
  }

  /// Tokens of no connection are kept, to be revoked, unless they do not open.
  private func sealTokens() throws {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT connection, record, sealed_at, access, refresh,
          connection NOT IN (SELECT id FROM connection) AS stray
        FROM token
        """)
    for row in rows {
      do {
        try sealTokens(row)
      } catch {
        guard row["stray"] else { throw error }
        try db.run(
          sql: "DELETE FROM token WHERE connection = ?", arguments: [row["connection"] as String])
      }
    }
  }

  private func sealTokens(_ row: Row) throws {
    let id = StoreID(row[0])
    guard let sealedAt = row[2] as Int64? else { return }
    let access = try (row[3] as Data?).map {
      try again($0, in: id, SealedTokens.accessField, sealedAt)
    }
    let refresh = try (row[4] as Data?).map {
      try again($0, in: id, SealedTokens.refreshField, sealedAt)
    }
    try db.run(
      sql: "UPDATE token SET record = ?, access = ?, refresh = ? WHERE connection = ?",
      arguments: [
        try canonicalJSON(try record(row[1], of: id, refresh: row[4], sealedAt: sealedAt)),
        access, refresh, id.rawValue,
      ])
  }

  /// A claim names the refresh token that it presents by its digest.
  private func record(
    _ text: String, of id: StoreID, refresh sealed: Data?, sealedAt: Int64
  ) throws -> TokenRecord {
    var record: TokenRecord = try decoded(text)
    guard let claim = record.claim, let digest = claim.refreshDigest, let sealed else {
      return record
    }
    let field = SealedTokens.refreshField
    let token = try rotation.old.open(Array(sealed), in: id, field: field, version: sealedAt)
    // The digest of a token that has been replaced fits no key any more.
    guard rotation.old.digest(token, in: id, field: field) == digest else { return record }
    record.claim = claim.presenting(rotation.new.digest(token, in: id, field: field))
    return record
  }

  /// A record whose values are no longer in the file loses its digests.
  private func makeDigests() throws {
    for (name, record) in try SnapshotReader.records(db) {
      let stored = try SealedField.byName(db, of: name)
      let fields = try record.fields.map { name, field -> (FieldName, AppliedField) in
        guard case .sealed(let ciphertext, let digest, let version) = field, digest != nil else {
          return (name, field)
        }
        // What is in the file may not be what was applied: then its digest would say so wrongly.
        let value = try stored[name].map { try $0.opened(rotation.new) }
        let isApplied = value.map {
          rotation.old.digest($0, in: record.storeID, field: name) == digest
        }
        let new =
          isApplied == true
          ? value.map { rotation.new.digest($0, in: record.storeID, field: name) } : nil
        return (name, .sealed(ciphertext: ciphertext, value: new, version: version))
      }
      try AppliedTable.put(
        db,
        record.moved(
          to: record.storeID, at: record.version, fields: Dictionary(uniqueKeysWithValues: fields)),
        of: name)
    }
  }
}
