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

  /// What it writes, by the paths of `ScalarsByPath`.
  var texts: [String: String] {
    let path = "\(document.index)/metadata"
    var texts = ["\(path)/name": name.rawValue]
    if formerNames.count == 1 { texts["\(path)/renamedFrom"] = formerNames[0].rawValue }
    if formerNames.count > 1 {
      for (index, name) in formerNames.enumerated() {
        texts["\(path)/renamedFrom/\(index)"] = name.rawValue
      }
    }
    return texts
  }
}
