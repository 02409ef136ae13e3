import Diagnostics
import Foundation
import Reports

/// The folder that an export is written to. Nothing in it is changed.
struct ExportFolder {
  private let folder: String

  init(_ folder: String) {
    self.folder = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
  }

  /// What an export made, which can be removed again.
  struct Created {
    var files: [String] = []
    /// The upper ones first.
    fileprivate(set) var folders: [String] = []

    func remove() {
      for file in files { unsafe unlink(file) }
      OutputFolder.remove(folders)
    }
  }

  /// All of the files, or none.
  ///
  /// - Throws: all that exist.
  func create(_ files: [Export.File]) throws -> Created {
    let paths = files.map { "\(folder)/\($0.path)" }
    let present = paths.filter(Self.exists)
    if !present.isEmpty { throw Failure(present.map { .exportExists($0) }) }
    var created = Created()
    do {
      created.folders += try OutputFolder(folder).create()
      let folders = Set(files.map { ($0.path as NSString).deletingLastPathComponent })
      for below in folders.sorted() where !below.isEmpty {
        created.folders += try OutputFolder("\(folder)/\(below)").create(followsLink: false)
      }
      for (path, file) in zip(paths, files) {
        try PrivateFile(path).create(with: Array(file.text.text.utf8))
        created.files.append(path)
      }
    } catch {
      created.remove()
      throw error
    }
    return created
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
