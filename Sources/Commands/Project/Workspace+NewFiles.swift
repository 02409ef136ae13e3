import Manifests
import Model
import Reports

extension Workspace {
  /// A file that does not exist for each new connection.
  func newFiles(for names: [ConnectionName]) -> [ConnectionName: String] {
    var stems = UniqueNames(separator: "-")
    return Dictionary(
      names.map { name in
        let stem = stems.name(for: "\(folderOfNew)/\(Scaffold.fileName(for: name))") {
          files.exists("\($0).yaml")
        }
        return (name, "\(stem).yaml")
      }
    ) { first, _ in first }
  }
}
