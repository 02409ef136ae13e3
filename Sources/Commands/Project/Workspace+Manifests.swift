import Diagnostics
import Foundation
import Manifests

extension Workspace {
  /// The manifests that the user names, as paths relative to the current folder or to the project;
  /// all of them if none is named.
  func manifests(_ named: [String]) throws -> [Manifest] {
    if named.isEmpty { return manifests }
    let here = FileManager.default.currentDirectoryPath
    return try named.map { name in
      let path = URL(
        fileURLWithPath: name, relativeTo: URL(fileURLWithPath: here, isDirectory: true)
      ).standardizedFileURL.path
      guard
        let manifest = contents.manifests.first(where: {
          $0.file == name || files.path($0.file) == path
        })
      else {
        throw Failure(
          Diagnostic(
            .unreadableFile, "`\(name)` is not a manifest of this project",
            notes: ["manifests are the YAML files under `manifests` of \(Project.fileName)"]))
      }
      return manifest
    }
  }
}
