import Manifests
import Model

extension Workspace {
  /// A file that does not exist for each new connection.
  func newFiles(for names: [ConnectionName]) -> [ConnectionName: String] {
    var taken: Set<String> = []
    return Dictionary(
      names.map { name in
        let stem = Scaffold.unusedName("\(folderOfNew)/\(Scaffold.fileName(for: name))") {
          taken.contains($0) || files.exists("\($0).yaml")
        }
        taken.insert(stem)
        return (name, "\(stem).yaml")
      }
    ) { first, _ in first }
  }
}
