import Model
import Stores

extension VersionContent {
  /// The values of the current version, whose messages its record knows.
  ///
  /// - Parameter ignored: fields that may have changed since the record was written.
  func current(
    _ record: AppliedRecord, ignoring ignored: Set<FieldName>
  ) throws(StoreError) -> [FieldName: FieldWrite] {
    try requireReadable()
    let recorded = record.fields.keys.filter { !ignored.contains($0) }
    if let missing = recorded.sorted().first(where: { fields[$0] == nil }) {
      throw .corrupt("field `\(missing)`, which its record has, is missing")
    }
    var writes = older
    for (field, value) in fields {
      switch (record.fields[field], value) {
      case (.sealed(let ciphertext, _, _), .secret(let secret)):
        writes[field] = .secret(secret, ciphertext: ciphertext)
      case (nil, _): break
      case _ where ignored.contains(field): break
      // A store may write a number differently.
      case (.plain(let plain), .plain): writes[field] = .plain(plain)
      case (.plain, .secret), (.sealed, .plain):
        throw .corrupt("field `\(field)` is not as its record has it")
      }
    }
    return writes
  }
}

extension StoreWrite {
  /// The current version.
  init(
    _ name: ConnectionName, _ action: Action, _ fields: [FieldName: FieldWrite],
    of record: AppliedRecord, by owner: Owner?
  ) {
    self.init(
      name: name, action: action, app: record.app, setupType: record.setupType, fields: fields,
      labels: record.labels, scopes: record.scopes, destinations: record.destinations,
      preventsDestroy: record.preventsDestroy, provenance: record.provenance,
      owner: owner, newID: record.storeID)
  }

  /// An older version, which had an app, a setup type and labels of its own.
  ///
  /// It is older than the record by its time, too, whatever the clock says that it has its time from: that
  /// of another host, or of a server that it was copied to. A copy that ends here would otherwise look like
  /// one that was applied to since.
  init(
    _ name: ConnectionName, _ action: Action, _ content: VersionContent,
    _ version: StoredVersion, of record: AppliedRecord, by owner: Owner?
  ) {
    let latest = Timestamp(milliseconds: record.provenance.at.milliseconds - 1)
    self.init(
      name: name, action: action, app: content.app, setupType: content.setupType,
      fields: content.older, labels: content.labels, scopes: record.scopes,
      destinations: record.destinations, preventsDestroy: record.preventsDestroy,
      provenance: Provenance(
        who: version.who ?? "-", at: min(version.at, latest),
        toolVersion: record.provenance.toolVersion,
        commit: version.commit),
      owner: owner, newID: record.storeID)
  }

  /// Takes out of the record of this write, which was carried out, what the original's does not have:
  /// the store has fields that were never applied. `nil` if there are none.
  func withoutUnrecorded(
    of record: AppliedRecord, _ written: AppliedRecord
  ) -> StoreWrite? {
    if fields.keys.allSatisfy({ record.fields[$0] != nil }) { return nil }
    let recorded = fields.filter { record.fields[$0.key] != nil }.mapValues { field in
      switch field {
      case .secret(_, let ciphertext): FieldWrite.keep(ciphertext: ciphertext)
      case .plain, .keep, .leave: field
      }
    }
    return StoreWrite(
      name, .record(written.storeID, at: written.version), recorded, of: record, by: owner)
  }
}
