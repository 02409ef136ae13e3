import Manifests
import Model

/// Another name for one document's connection.
struct RenameEdit: Sendable {
  let document: ManifestDocument
  let name: ConnectionName
  /// What `metadata.renamedFrom` says from now on; empty where it stays as it is.
  let formerNames: [ConnectionName]

  /// What it writes, by the paths of `Leaves`.
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
