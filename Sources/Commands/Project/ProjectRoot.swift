import Diagnostics
import Foundation
import Manifests

/// Finds the folder that holds the project file.
package enum ProjectRoot {
  /// - Parameters:
  ///   - given: the user's `-C`; it must hold the file itself.
  ///   - folder: where the search starts otherwise, upwards.
  /// - Throws: if there is no project file, or the one that was searched for is another user's.
  package static func find(
    _ given: String?, from folder: String = FileManager.default.currentDirectoryPath
  ) throws -> String {
    if let given {
      let path = URL(fileURLWithPath: given).standardizedFileURL.path
      guard ProjectFiles(root: path).exists(Project.fileName) else {
        throw Failure(.noProject(in: given, above: try? find(nil, from: path)))
      }
      return path
    }
    var folder = folder
    while true {
      if ProjectFiles(root: folder).exists(Project.fileName) {
        for path in [folder, folder + "/" + Project.fileName] where !ProjectOwner.isTrusted(path) {
          throw Failure(.foreign(path, folder))
        }
        return folder
      }
      if folder == "/" || folder.isEmpty { throw Failure(.noProjectHere) }
      folder = URL(fileURLWithPath: folder).deletingLastPathComponent().path
    }
  }
}

extension ProjectRoot {
  /// The project's folder, once what a killed command left there is finished or taken back.
  static func entered(_ global: GlobalOptions) throws -> String {
    // Killed before it gave the project file its name, `init` left only a journal.
    let folder = URL(fileURLWithPath: global.project ?? ".").standardizedFileURL.path
    let begun = ProjectFiles(root: folder)
    if !begun.exists(Project.fileName), global.project != nil || ProjectOwner.isTrusted(folder) {
      try begun.recover(global.console)
    }
    let root = try find(global.project)
    try ProjectFiles(root: root).recover(global.console)
    return root
  }
}

extension Diagnostic {
  fileprivate static func foreign(_ path: String, _ folder: String) -> Diagnostic {
    Diagnostic(
      .foreignProject, "`\(path)` belongs to another user",
      notes: ["it was found by searching this folder and its parent folders"],
      help: ["if you trust it, name the folder: vaultctl -C \(shellWord(folder)) …"])
  }

  /// - Parameter above: the project that a folder which was named is a part of.
  fileprivate static func noProject(in folder: String, above: String?) -> Diagnostic {
    Diagnostic(
      .projectNotFound, "no \(Project.fileName) in \(folder)",
      help: [
        above.map { "the project is above it: -C \(shellWord($0))" }
          ?? "create a project there: vaultctl init -C \(shellWord(folder))"
      ])
  }

  fileprivate static var noProjectHere: Diagnostic {
    Diagnostic(
      .projectNotFound, "no \(Project.fileName) in this folder or its parent folders",
      help: ["create a project: vaultctl init"])
  }
}
