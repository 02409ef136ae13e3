package import Model
package import Secrets

/// A store's response about a connection that was written.
package struct WrittenConnection: Sendable {
  package let id: StoreID
  package let version: StoreVersion

  package init(id: StoreID, version: StoreVersion) {
    self.id = id
    self.version = version
  }
}

extension StoreWrite {
  /// The applied record of this write; the only place that derives a record from a write.
  ///
  /// - Parameters:
  ///   - written: the store's response about the connection.
  ///   - before: the record until now; its digests hold for the same connection of the store alone.
  ///   - key: makes the digests of new values; there are none without it.
  ///   - fieldVersion: the version at which a sealed field's value was written.
  ///   - keptValue: the store's value of a field that stays and has no digest yet; `nil` if it is
  ///     unavailable.
  package func appliedRecord(
    _ written: WrittenConnection, before: AppliedRecord?, key: StoreKey?,
    fieldVersion: (FieldName) -> StoreVersion?,
    keptValue: (FieldName) throws(StoreError) -> SecretBytes? = { _ in nil }
  ) throws(StoreError) -> AppliedRecord {
    try requireOwn(before)
    var recorded: [FieldName: AppliedField] = [:]
    for (field, value) in fields {
      switch value {
      case .plain(let value): recorded[field] = .plain(value)
      case .secret(let secret, let ciphertext):
        recorded[field] = .sealed(
          ciphertext: ciphertext, value: key?.digest(secret, in: written.id, field: field),
          version: fieldVersion(field))
      case .keep(let ciphertext):
        var digest = before?.digest(of: field, in: written.id)
        if digest == nil, let key, let kept = try keptValue(field) {
          digest = key.digest(kept, in: written.id, field: field)
        }
        recorded[field] = .sealed(
          ciphertext: ciphertext, value: digest, version: fieldVersion(field))
      case .leave: recorded[field] = before?.fields[field]
      }
    }
    return AppliedRecord(
      owner: owner ?? before?.owner, storeID: written.id, version: written.version, app: app,
      setupType: setupType,
      fields: recorded, labels: labels, scopes: scopes, destinations: destinations,
      preventsDestroy: preventsDestroy, provenance: provenance)
  }

  /// Whether a new secret is among the fields.
  package var hasNewSecrets: Bool {
    fields.values.contains { value in
      switch value {
      case .secret: true
      case .plain, .keep, .leave: false
      }
    }
  }

  /// Whether a secret that the store has stays.
  package var keepsSecrets: Bool {
    fields.values.contains { value in
      switch value {
      case .keep: true
      case .plain, .secret, .leave: false
      }
    }
  }
}

extension AppliedRecord {
  /// The digest of a field's value, if the record belongs to that connection of the store.
  package func digest(of field: FieldName, in id: StoreID) -> KeyedDigest? {
    guard storeID == id, case .sealed(_, let digest, _) = fields[field] else { return nil }
    return digest
  }
}
