import Manifests
import Model
import Reports

/// The files of connections that the project does not have yet.
struct NewFiles: Sendable {
  fileprivate let files: [ConnectionName: String]

  /// - Precondition: the connection is one of them.
  subscript(name: ConnectionName) -> String {
    guard let file = files[name] else { preconditionFailure("`\(name)` is no new connection") }
    return file
  }
}

extension Workspace {
  /// A file that does not exist for each new connection.
  func newFiles(for names: [ConnectionName]) -> NewFiles {
    var stems = UniqueNames(separator: "-")
    return NewFiles(
      files: Dictionary(
        names.map { name in
          let stem = stems.name(for: "\(folderOfNew)/\(Scaffold.fileName(for: name))") {
            files.exists("\($0).yaml")
          }
          return (name, "\(stem).yaml")
        }
      ) { first, _ in first })
  }
}
