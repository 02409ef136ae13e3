/// What we last wrote to a store for one connection.
package struct AppliedRecord: Hashable, Sendable {
  fileprivate struct Parts: Hashable, Codable {
    let storeID: StoreID
    let version: StoreVersion
    let app: AppID
    let setupType: SetupType?
    let fields: [FieldName: AppliedField]
    let labels: [String: String]
    let scopes: Set<Scope>?
    /// `nil` in a record that was written before there was a guard.
    let preventsDestroy: Bool?
    let provenance: Provenance
  }

  private let parts: Box<Parts>

  package var storeID: StoreID { parts.value.storeID }
  /// The connection's version right after the write.
  package var version: StoreVersion { parts.value.version }
  package var app: AppID { parts.value.app }
  package var setupType: SetupType? { parts.value.setupType }
  package var fields: [FieldName: AppliedField] { parts.value.fields }
  package var labels: [String: String] { parts.value.labels }
  /// The scopes declared then; `nil` where the manifest said nothing of scopes.
  package var scopes: Set<Scope>? { parts.value.scopes }
  /// `lifecycle.preventDestroy` as declared then: it outlives the manifest.
  package var preventsDestroy: Bool { parts.value.preventsDestroy ?? false }
  package var provenance: Provenance { parts.value.provenance }

  package init(
    storeID: StoreID, version: StoreVersion, app: AppID, setupType: SetupType?,
    fields: [FieldName: AppliedField], labels: [String: String] = [:],
    scopes: Set<Scope>? = nil, preventsDestroy: Bool = false, provenance: Provenance
  ) {
    parts = Box(
      Parts(
        storeID: storeID, version: version, app: app, setupType: setupType, fields: fields,
        labels: labels, scopes: scopes, preventsDestroy: preventsDestroy, provenance: provenance))
  }
}

extension AppliedRecord: Codable {
  package init(from decoder: any Decoder) throws {
    let parts = try Parts(from: decoder)
    self.init(
      storeID: parts.storeID, version: parts.version, app: parts.app, setupType: parts.setupType,
      fields: parts.fields, labels: parts.labels, scopes: parts.scopes,
      preventsDestroy: parts.preventsDestroy ?? false, provenance: parts.provenance)
  }

  package func encode(to encoder: any Encoder) throws { try parts.value.encode(to: encoder) }
}

/// One field as it was applied.
package enum AppliedField: Hashable, Sendable, Codable {
  case plain(PlainValue)
  /// `value` and `version` are there where the store can give them.
  case sealed(ciphertext: CiphertextDigest, value: KeyedDigest?, version: StoreVersion?)
}

/// Who wrote, when, with which tool, from which commit.
package struct Provenance: Hashable, Sendable, Codable {
  /// `user@host`.
  package let who: String
  package let at: Timestamp
  package let toolVersion: String
  /// The commit checked out at the time, where the project is in git.
  package let commit: String?

  package init(who: String, at: Timestamp, toolVersion: String, commit: String?) {
    self.who = who
    self.at = at
    self.toolVersion = toolVersion
    self.commit = commit
  }
}
