/// What we last wrote to a store for one connection.
package struct AppliedRecord: Hashable, Sendable, Codable {
  package let storeID: StoreID
  /// The connection's version right after the write.
  package let version: StoreVersion
  package let app: AppID
  package let setupType: SetupType?
  package let fields: [FieldName: AppliedField]
  package let labels: [String: String]
  /// The scopes declared then; `nil` where the manifest said nothing of scopes.
  package let scopes: Set<Scope>?
  /// `lifecycle.preventDestroy` as declared then: it outlives the manifest.
  package let preventsDestroy: Bool
  package let provenance: Provenance

  package init(
    storeID: StoreID, version: StoreVersion, app: AppID, setupType: SetupType?,
    fields: [FieldName: AppliedField], labels: [String: String] = [:],
    scopes: Set<Scope>? = nil, preventsDestroy: Bool = false, provenance: Provenance
  ) {
    self.storeID = storeID
    self.version = version
    self.app = app
    self.setupType = setupType
    self.fields = fields
    self.labels = labels
    self.scopes = scopes
    self.preventsDestroy = preventsDestroy
    self.provenance = provenance
  }
}

extension AppliedRecord {
  /// A record that was written before there was a guard has none.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      storeID: try values.decode(StoreID.self, forKey: .storeID),
      version: try values.decode(StoreVersion.self, forKey: .version),
      app: try values.decode(AppID.self, forKey: .app),
      setupType: try values.decodeIfPresent(SetupType.self, forKey: .setupType),
      fields: try values.decode([FieldName: AppliedField].self, forKey: .fields),
      labels: try values.decode([String: String].self, forKey: .labels),
      scopes: try values.decodeIfPresent(Set<Scope>.self, forKey: .scopes),
      preventsDestroy: try values.decodeIfPresent(Bool.self, forKey: .preventsDestroy) ?? false,
      provenance: try values.decode(Provenance.self, forKey: .provenance))
  }
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
