import Model
import Stores

extension VersionContent {
  /// The values of the recorded version.
  func current(
    _ record: AppliedRecord
  ) throws(StoreError) -> [FieldName: FieldWrite] {
    if let missing = record.fields.keys.sorted().first(where: { fields[$0] == nil }) {
      throw .corrupt("field `\(missing)`, which its record has, is missing")
    }
    var writes = older
    for (field, value) in fields {
      switch (record.fields[field], value) {
      // A store may write a number differently.
      case (.plain(let plain), .plain): writes[field] = .plain(plain)
      case (.sealed(let ciphertext, _, _), .secret(let secret)):
        writes[field] = .secret(secret, ciphertext: ciphertext)
      case (nil, _): break
      case (.plain, .secret), (.sealed, .plain):
        throw .corrupt("field `\(field)` is not as its record has it")
      }
    }
    return writes
  }
}

extension StoreWrite {
  /// The recorded version, or an older one.
  init(
    _ name: ConnectionName, _ action: Action, _ fields: [FieldName: FieldWrite],
    of record: AppliedRecord, _ version: StoredVersion? = nil, by owner: Owner?
  ) {
    let provenance = version.map { version in
      Provenance(
        who: version.who ?? "-", at: version.at, toolVersion: record.provenance.toolVersion,
        commit: version.commit)
    }
    self.init(
      name: name, action: action, app: record.app, setupType: record.setupType, fields: fields,
      labels: record.labels, scopes: record.scopes, destinations: record.destinations,
      preventsDestroy: record.preventsDestroy, provenance: provenance ?? record.provenance,
      owner: owner, newID: record.storeID)
  }
}
