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
  /// A document that declares a connection in the chosen environment or the base, whatever is wrong with it.
  ///
  /// - Returns: `nil` if a new connection can have the name.
  /// - Throws: if a file may declare it, and cannot be read.
  func declaration(of name: ConnectionName) throws -> ManifestDocument? {
    try requireAllFiles()
    let found = state.manifests.lazy.flatMap(\.documents).first { $0.name == name }
    if found == nil {
      try requireReadable(state.manifests.filter { $0.mayHide(name.rawValue) })
    }
    return found
  }

  /// - Parameter file: relative to the project's root.
  /// - Throws: if no manifest is read from it in the chosen environment, or the base.
  func requireManifestPath(_ file: String) throws {
    let folders = environment.map { [$0.overlay.text] } ?? project.manifests.map(\.text)
    let isBelow = folders.contains { folder in
      if folder == file { return true }
      if folder == "." { return Self.isListed(file) }
      return !ProjectReader.isYAML(folder) && file.hasPrefix("\(folder)/")
        && Self.isListed(file.dropFirst(folder.count + 1))
    }
    if isBelow, ProjectReader.isYAML(file), file != Project.fileName,
      project.environment(of: file)?.name == environment?.name
    {
      return
    }
    throw Failure(.notManifestPath(file, folders))
  }

  /// Whether a file is found below a folder, where what is hidden is left out.
  private static func isListed(_ path: some StringProtocol) -> Bool {
    path.split(separator: "/", omittingEmptySubsequences: false)
      .allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") }
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
