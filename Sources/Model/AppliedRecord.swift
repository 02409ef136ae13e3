/// What we last wrote to a store for one connection.
///
/// A class of constants, for the reason given at ``ActualConnection``.
package final class AppliedRecord: Sendable, Codable {
  /// `nil` in a record that was written before records had owners.
  package let owner: Owner?
  package let storeID: StoreID
  /// The connection's version right after the write.
  package let version: StoreVersion
  package let app: AppID
  package let setupType: SetupType?
  package let fields: [FieldName: AppliedField]
  package let labels: [String: String]
  /// The scopes declared then; `nil` if the manifest did not mention scopes.
  package let scopes: Set<Scope>?
  /// The hosts that its secrets and tokens are sent to; `nil` in a record that was written before
  /// records had them.
  package let destinations: Set<Destination>?
  /// `nil` in a record that was written before manifests had this setting.
  private let preventsDestroyIfKnown: Bool?
  package let provenance: Provenance

  /// `lifecycle.preventDestroy` as declared then: it outlives the manifest.
  package var preventsDestroy: Bool { preventsDestroyIfKnown ?? false }

  package init(
    owner: Owner? = nil, storeID: StoreID, version: StoreVersion, app: AppID,
    setupType: SetupType?, fields: [FieldName: AppliedField], labels: [String: String] = [:],
    scopes: Set<Scope>? = nil, destinations: Set<Destination>? = nil,
    preventsDestroy: Bool = false, provenance: Provenance
  ) {
    self.owner = owner
    self.storeID = storeID
    self.version = version
    self.app = app
    self.setupType = setupType
    self.fields = fields
    self.labels = labels
    self.scopes = scopes
    self.destinations = destinations
    preventsDestroyIfKnown = preventsDestroy
    self.provenance = provenance
  }

  /// The keys in stores.
  private enum CodingKeys: String, CodingKey {
    case owner, storeID, version, app, setupType, fields, labels, scopes, destinations, provenance
    case preventsDestroyIfKnown = "preventsDestroy"
  }
}

extension AppliedRecord {
  package var plain: [FieldName: PlainValue] {
    fields.compactMapValues { field in
      switch field {
      case .plain(let value): value
      case .sealed: nil
      }
    }
  }

  package var ciphertexts: [FieldName: CiphertextDigest] {
    fields.compactMapValues { field in
      switch field {
      case .plain: nil
      case .sealed(let ciphertext, _, _): ciphertext
      }
    }
  }

  /// The same record, of another owner.
  package func owned(by owner: Owner?) -> AppliedRecord {
    AppliedRecord(
      owner: owner, storeID: storeID, version: version, app: app, setupType: setupType,
      fields: fields, labels: labels, scopes: scopes, destinations: destinations,
      preventsDestroy: preventsDestroy, provenance: provenance)
  }

  /// The same record for another version of the connection, or another connection.
  package func moved(
    to id: StoreID, at version: StoreVersion, fields: [FieldName: AppliedField]
  ) -> AppliedRecord {
    AppliedRecord(
      owner: owner, storeID: id, version: version, app: app, setupType: setupType,
      fields: fields, labels: labels, scopes: scopes, destinations: destinations,
      preventsDestroy: preventsDestroy, provenance: provenance)
  }

  /// The same record without the digests of its values, which say nothing without the key that they
  /// were made with.
  package var withoutDigests: AppliedRecord {
    moved(
      to: storeID, at: version,
      fields: fields.mapValues { field in
        guard case .sealed(let ciphertext, _, let version) = field else { return field }
        return .sealed(ciphertext: ciphertext, value: nil, version: version)
      })
  }
}

extension AppliedRecord: Hashable {
  /// Two records are equal if stores write the same text for them.
  package static func == (left: AppliedRecord, right: AppliedRecord) -> Bool {
    left === right || canonicalJSON(left) == canonicalJSON(right)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(storeID)
    hasher.combine(version)
  }
}

/// One field as it was applied.
package enum AppliedField: Hashable, Sendable, Codable {
  case plain(PlainValue)
  /// `value` and `version` are present if the store provides them.
  case sealed(ciphertext: CiphertextDigest, value: KeyedDigest?, version: StoreVersion?)
}
