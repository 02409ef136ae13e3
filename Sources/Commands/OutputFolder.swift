import Diagnostics
import Files
import Foundation

/// A folder that the user named for a command's files.
struct OutputFolder {
  private let path: String

  init(_ path: String) { self.path = path }

  /// Creates it, with the folders above it, if it does not exist.
  ///
  /// - Parameter followsLink: whether it may be a link to a folder.
  /// - Returns: the folders that did not exist, the upper ones first; if it fails, none is left.
  @discardableResult
  func create(followsLink: Bool = true) throws -> [String] {
    var made: [String] = []
    do {
      try create(path, followsLink: followsLink, &made)
    } catch {
      Self.remove(made)
      throw error
    }
    return made
  }

  /// - Parameter folders: the upper ones first; those that are not empty stay.
  static func remove(_ folders: [String]) {
    for folder in folders.reversed() { unsafe rmdir(folder) }
  }

  private func create(_ folder: String, followsLink: Bool, _ made: inout [String]) throws {
    var status = stat()
    let found = unsafe followsLink ? stat(folder, &status) : lstat(folder, &status)
    if found == 0, status.st_mode & S_IFMT == S_IFDIR { return }
    let parent = URL(fileURLWithPath: folder).deletingLastPathComponent().path
    if found != 0, errno == ENOENT, parent != folder {
      try create(parent, followsLink: true, &made)
    }
    if unsafe mkdir(folder, 0o777) == 0 {
      made.append(folder)
      return
    }
    throw Failure(
      Diagnostic(
        .outputNotWritten, "the folder `\(path)` cannot be created", at: .file(path),
        notes: [SystemError(errno).description],
        help: ["name a folder that you may write to"]))
  }
}
