import Applying
import Diagnostics
import Foundation
import GitPlumbing
package import Logging
import Stores

/// Refuses a store's or a ledger's file that a branch could replace: one that git tracks, or one
/// below a symbolic link of the project.
package struct StoreFileGuard {
  /// What SQLite reads beside a database; each could bring another content into it.
  private static let endings = ["", "-wal", "-shm", "-journal"]

  /// The project's folder.
  private let root: String
  private let logger: Logger?

  package init(root: String, logger: Logger? = nil) {
    self.root = root
    self.logger = logger
  }

  /// The absolute path.
  ///
  /// - Parameter path: relative to the project, or absolute.
  package func checked(_ path: String) throws -> String {
    let full = path.hasPrefix("/") ? path : root + "/" + path
    try refuseLinks(above: full)
    try refuseTracked(full, shown: path)
    return full
  }

  /// The folders of the project that the file is in; file and folder themselves are checked by the
  /// store.
  private func refuseLinks(above full: String) throws {
    guard full.hasPrefix(root + "/") else { return }
    var folder = root
    for part in full.dropFirst(root.count + 1).split(separator: "/").dropLast() {
      folder += "/" + part
      var status = stat()
      guard unsafe lstat(folder, &status) == 0 else { return }
      if status.st_mode & S_IFMT == S_IFLNK {
        throw Diagnostic(
          .isSymlink(path: folder), in: StoreDescription(type: "sqlite", location: full))
      }
    }
  }

  private func refuseTracked(_ full: String, shown: String) throws {
    let folder = full[..<(full.lastIndex(of: "/") ?? full.startIndex)]
    guard let top = GitHead.repository(above: String(folder)) else { return }
    let path = String(full.dropFirst(top == "/" ? 1 : top.count + 1))
    // A folder that git tracks as a whole is a submodule, or a link.
    var names = Set(Self.endings.map { path + $0 })
    var parent = path[...]
    while let slash = parent.lastIndex(of: "/") {
      parent = parent[..<slash]
      names.insert(String(parent))
    }
    let listing: Data
    do throws(GitError) {
      listing = try Git(folder: top, logger: logger).output(
        ["ls-files", "-z", "--"] + names.sorted().map { ":(top,literal)\($0)" })
    } catch {
      throw Diagnostic.trackingUnknown(shown, error.words)
    }
    let tracked = listing.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    if let found = tracked.first(where: names.contains) {
      throw Diagnostic.tracked(shown, as: found)
    }
  }
}

extension Diagnostic {
  fileprivate static func tracked(_ path: String, as found: String) -> Diagnostic {
    Diagnostic(
      .storeTracked, "the store's file `\(path)` is tracked by git",
      notes: [
        "git has `\(found)`: a checkout, a merge or a pull request could replace the store",
        "what it contains now may be another branch's",
      ],
      help: ["stop tracking it, and ignore it: git rm --cached '\(found)'"])
  }

  fileprivate static func trackingUnknown(_ path: String, _ words: String) -> Diagnostic {
    Diagnostic(
      .storeTracked, "cannot check whether git tracks the store's file `\(path)`",
      notes: lines(of: words),
      help: ["make `git ls-files` work here, or set `store.path` to a file outside the work tree"])
  }
}
