import Foundation
import Manifests

/// When the files of a project, and of a store beside it, were changed.
struct ProjectStamp: Hashable, Sendable {
  private struct Entry: Hashable {
    let path: String
    let seconds: Int
    let nanoseconds: Int
    let size: Int64
  }

  private var entries: [Entry] = []

  /// The project file, what is below the folders of manifests, overlays and flows, and the files of a
  /// SQLite store in the project's own folder.
  init(of workspace: Workspace) {
    let project = workspace.project
    let folders =
      project.manifests.map(\.text) + project.environments.map(\.overlay.text)
      + project.flows.map { Self.folder(of: $0.text) } + [".vaultctl"]
    let found = Set(folders).flatMap { (try? workspace.files.entries(at: $0)) ?? [] }
    for path in Set(found.map(\.path) + [Project.fileName]).sorted() {
      // Readers of a database change these.
      if path.hasSuffix("-shm") { continue }
      var status = stat()
      guard unsafe lstat(workspace.files.path(path), &status) == 0 else { continue }
      entries.append(
        Entry(
          path: path, seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec,
          size: Int64(status.st_size)))
    }
  }

  /// The last folder before the first wildcard.
  private static func folder(of pattern: String) -> String {
    let parts = pattern.split(separator: "/")
    let fixed = parts.prefix { !$0.contains { "*?[{".contains($0) } }
    let folder = fixed.count == parts.count ? fixed.dropLast() : fixed
    return folder.isEmpty ? "." : folder.joined(separator: "/")
  }
}
