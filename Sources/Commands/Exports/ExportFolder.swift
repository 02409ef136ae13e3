import Diagnostics
import Foundation
import Reports

/// The folder that an export is written to. Nothing in it is changed.
struct ExportFolder {
  private let folder: String

  init(_ folder: String) {
    self.folder = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
  }

  /// All of the files, or none.
  ///
  /// - Returns: their paths.
  /// - Throws: all that exist.
  func create(_ files: [Export.File]) throws -> [String] {
    let paths = files.map { "\(folder)/\($0.path)" }
    let present = paths.filter(Self.exists)
    if !present.isEmpty { throw Failure(present.map { .exportExists($0) }) }
    var created: [String] = []
    do {
      try OutputFolder(folder).create()
      let folders = Set(files.map { ($0.path as NSString).deletingLastPathComponent })
      for below in folders.sorted() where !below.isEmpty {
        try OutputFolder("\(folder)/\(below)").create(followsLink: false)
      }
      for (path, file) in zip(paths, files) {
        try PrivateFile(path).create(with: Array(file.text.text.utf8))
        created.append(path)
      }
    } catch {
      Self.remove(created)
      throw error
    }
    return paths
  }

  /// What `create` made.
  static func remove(_ paths: [String]) {
    for path in paths { unsafe unlink(path) }
  }

  /// Also a link that leads nowhere.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0
  }
}

extension Diagnostic {
  static func exportExists(_ file: String) -> Diagnostic {
    Diagnostic(
      .alreadyExists, "`\(file)` already exists", at: .file(file),
      notes: ["nothing was written"], help: ["choose another folder"])
  }
}
