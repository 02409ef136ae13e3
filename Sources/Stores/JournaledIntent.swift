package import Model

/// One change of a run that is not known to be done, as a journal keeps it.
package struct JournaledIntent: Hashable, Sendable, Codable {
  package enum Kind: String, Hashable, Sendable, Codable {
    case create, update, rename, replace, delete, record
  }

  package let connection: ConnectionName
  package let kind: Kind
  /// The store's id, before the change.
  package let id: StoreID?
  package let version: StoreVersion?
  package let formerName: ConnectionName?
  /// For a create: its record, without the parts that the store assigns.
  package let draft: AppliedRecord?

  /// - Parameter keepsDraft: for a store that cannot reconstruct the record of a create.
  package init(_ intent: StoreIntent, keepsDraft: Bool) {
    connection = intent.connection
    draft = keepsDraft ? intent.draft : nil
    var formerName: ConnectionName?
    switch intent.action {
    case .create: (kind, id, version) = (.create, nil, nil)
    case .update(let id, let version): (kind, self.id, self.version) = (.update, id, version)
    case .record(let id, let version): (kind, self.id, self.version) = (.record, id, version)
    case .rename(let id, let version, let former):
      (kind, self.id, self.version) = (.rename, id, version)
      formerName = former
    case .replace(let id, let version): (kind, self.id, self.version) = (.replace, id, version)
    case .delete(let id, let version): (kind, self.id, self.version) = (.delete, id, version)
    }
    self.formerName = formerName
  }
}
