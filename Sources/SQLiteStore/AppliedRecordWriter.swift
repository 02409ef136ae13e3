import FoundationEssentials
import GRDB
import Model
import Stores

/// The applied record of a write, made from what is in the tables after it.
struct AppliedRecordWriter {
  private let writing: ConnectionWriter
  private let id: StoreID
  private let number: Int64

  init(_ writing: ConnectionWriter, id: StoreID, number: Int64) {
    self.writing = writing
    self.id = id
    self.number = number
  }

  func written() throws -> AppliedRecord {
    let write = writing.write
    let before = try SnapshotReader.record(writing.db, of: write.name)
    let versions = try fieldVersions()
    let stored = before == nil && write.keepsSecrets ? try storedSecrets() : [:]
    var fields: [FieldName: AppliedField] = [:]
    for (name, value) in write.fields {
      let version = versions[name]
      switch value {
      case .plain(let plain): fields[name] = .plain(plain)
      case .secret(let secret, let ciphertext):
        fields[name] = .sealed(
          ciphertext: ciphertext, value: writing.key?.digest(secret, in: id, field: name),
          version: version)
      case .keep(let ciphertext):
        fields[name] = .sealed(
          ciphertext: ciphertext,
          value: try before?.valueDigest(of: name, in: id) ?? stored[name].flatMap(digest),
          version: version)
      case .leave: fields[name] = before?.fields[name]
      }
    }
    let record = AppliedRecord(
      storeID: id, version: StoreVersion(String(number)), app: write.app,
      setupType: write.setupType, fields: fields, labels: write.labels, scopes: write.scopes,
      preventsDestroy: write.preventsDestroy,
      provenance: write.provenance)
    try writing.db.run(
      sql: "INSERT OR REPLACE INTO applied (name, record) VALUES (?, ?)",
      arguments: [write.name.rawValue, canonicalJSON(record)])
    return record
  }

  /// For what is recorded for the first time.
  private func storedSecrets() throws -> [FieldName: SealedField] {
    Dictionary(
      try SealedField.all(writing.db, of: [writing.write.name]).map { ($0.address.field, $0) }
    ) { first, _ in first }
  }

  private func digest(_ field: SealedField) throws -> KeyedDigest? {
    guard let key = writing.key else { return nil }
    return key.digest(try field.opened(key), in: id, field: field.address.field)
  }

  private func fieldVersions() throws -> [FieldName: StoreVersion] {
    let rows = try Row.fetchAll(
      writing.db.cachedStatement(sql: "SELECT name, version FROM field WHERE connection = ?"),
      arguments: [id.rawValue])
    return Dictionary(
      rows.map { (FieldName($0[0]), StoreVersion(String($0[1] as Int64))) }
    ) { first, _ in first }
  }
}

extension StoreWrite {
  fileprivate var keepsSecrets: Bool {
    fields.values.contains {
      switch $0 {
      case .keep: true
      case .plain, .secret, .leave: false
      }
    }
  }
}

extension AppliedRecord {
  /// A digest belongs to one connection of the store.
  fileprivate func valueDigest(of field: FieldName, in id: StoreID) -> KeyedDigest? {
    guard storeID == id, case .sealed(_, let value, _) = fields[field] else { return nil }
    return value
  }
}
