package import Manifests
package import Model

/// Renames the connection of one document.
package struct RenameEdit: Sendable {
  package let document: ManifestDocument
  package let name: ConnectionName
  /// The new `metadata.renamedFrom`; empty if it does not change.
  package let formerNames: [ConnectionName]

  package init(document: ManifestDocument, name: ConnectionName, formerNames: [ConnectionName]) {
    self.document = document
    self.name = name
    self.formerNames = formerNames
  }
}
