import Diagnostics
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
  /// The documents of the connections that exist in the chosen environment, or the base, whatever is wrong with
  /// them: a new connection needs another name.
  ///
  /// - Throws: if a file may declare others, and cannot be read.
  func declared() throws -> [ConnectionName: ManifestDocument] {
    try requireAllFiles()
    try requireReadable(state.manifests.filter(\.isUnread))
    return Dictionary(state.manifests.flatMap(\.documents).map { ($0.name, $0) }) { first, _ in
      first
    }
  }

  /// - Parameter file: relative to the project's root.
  /// - Throws: if no manifest is read from it in the chosen environment, or the base.
  func requireManifestPath(_ file: String) throws {
    let folders = environment.map { [$0.overlay.text] } ?? project.manifests.map(\.text)
    let isBelow = folders.contains { $0 == "." || $0 == file || file.hasPrefix("\($0)/") }
    let parts = file.split(separator: "/", omittingEmptySubsequences: false)
    if isBelow, ProjectReader.isYAML(file), file != Project.fileName,
      parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") }),
      project.environment(of: file)?.name == environment?.name
    {
      return
    }
    throw Failure(.notManifestPath(file, folders))
  }

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

extension Diagnostic {
  static func alreadyDeclared(_ document: ManifestDocument) -> Diagnostic {
    Diagnostic(
      .duplicateName, "connection `\(document.name)` is already declared",
      at: document.origin.nameLocation)
  }

  fileprivate static func notManifestPath(_ file: String, _ folders: [String]) -> Diagnostic {
    let list = folders.map { "`\($0)`" }.joined(separator: ", ")
    return Diagnostic(
      .invalidPath, "`\(file)` would not be read as a manifest",
      notes: ["manifests are `.yaml` and `.yml` files below \(list), relative to the project"],
      help: ["choose a file there, or leave out --file"])
  }
}
