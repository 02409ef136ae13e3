import Diagnostics
import Foundation
import Manifests

/// Finds the folder that holds the project file.
package enum ProjectRoot {
  /// - Parameters:
  ///   - given: the user's `-C`; it must hold the file itself.
  ///   - folder: where the search starts otherwise, upwards.
  /// - Throws: if there is no project file.
  package static func find(
    _ given: String?, from folder: String = FileManager.default.currentDirectoryPath
  ) throws -> String {
    if let given {
      let path = URL(fileURLWithPath: given).standardizedFileURL.path
      guard FileManager.default.fileExists(atPath: path + "/" + Project.fileName) else {
        throw Failure(.noProject(in: given))
      }
      return path
    }
    var folder = folder
    while true {
      if FileManager.default.fileExists(atPath: folder + "/" + Project.fileName) { return folder }
      if folder == "/" || folder.isEmpty { throw Failure(.noProject(in: "this folder")) }
      folder = URL(fileURLWithPath: folder).deletingLastPathComponent().path
    }
  }
}

extension Diagnostic {
  fileprivate static func noProject(in folder: String) -> Diagnostic {
    Diagnostic(
      .projectNotFound, "no \(Project.fileName) in \(folder) or its parent folders",
      help: ["create a project: vaultctl init"])
  }
}
