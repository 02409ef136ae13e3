import Diagnostics
import Foundation
import GitPlumbing
import Manifests
import Planning

/// The two states of a project that a diff compares.
struct DiffSides {
  /// `nil` where there was no project then.
  let old: ReadProject?
  let new: ReadProject

  /// - Parameter range: `A..B`: two commits. `A...B`: B and where it left A. `A`: that commit and
  ///   the work tree, or HEAD in a bare repository. Nothing: HEAD and the work tree.
  init(_ range: String?, project: String?) throws {
    let root = try? Workspace.root(project)
    let git = Git(folder: root ?? project ?? FileManager.default.currentDirectoryPath)
    let isBare = try git.line(["rev-parse", "--is-bare-repository"]) == "true"
    if root == nil, !isBare { _ = try Workspace.root(project) }
    let ends = try Self.ends(range, git, isBare: isBare)
    // The project's folder in the repository; empty for its root.
    let folder =
      try root.map { _ in try git.folderInRepository() } ?? git.projectFolder(in: ends.new)
    let before = try GitSnapshot(git, commit: ends.old, folder: folder)
    old = before.exists(Project.fileName) ? try ReadProject(from: before) : nil
    if let commit = ends.new {
      new = try ReadProject(from: try GitSnapshot(git, commit: commit, folder: folder))
    } else {
      new = try ReadProject(from: Files(root: git.folder))
    }
  }

  /// Commits by their ids; `new` is `nil` for the work tree.
  private static func ends(
    _ range: String?, _ git: Git, isBare: Bool
  ) throws -> (old: String, new: String?) {
    guard let range else { return (try git.commit("HEAD"), nil) }
    func end(_ text: Substring) throws -> String {
      try git.commit(text.isEmpty ? "HEAD" : String(text))
    }
    if let dots = range.firstRange(of: "...") {
      let new = try end(range[dots.upperBound...])
      let old = try end(range[..<dots.lowerBound])
      return (try git.line(["merge-base", old, new]), new)
    }
    if let dots = range.firstRange(of: "..") {
      return (try end(range[..<dots.lowerBound]), try end(range[dots.upperBound...]))
    }
    return (try git.commit(range), isBare ? try git.commit("HEAD") : nil)
  }
}

extension Git {
  /// The id of a commit that a user names.
  fileprivate func commit(_ revision: String) throws -> String {
    try line(["rev-parse", "--verify", "--end-of-options", "\(revision)^{commit}"])
  }

  /// Where the one project of a commit is.
  fileprivate func projectFolder(in commit: String?) throws -> String {
    let text = try output(["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit ?? "HEAD"])
    let files = text.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      .filter { $0 == Project.fileName || $0.hasSuffix("/" + Project.fileName) }
    if files.contains(Project.fileName) { return "" }
    guard files.count == 1, let only = files.first else {
      throw Diagnostic(
        .projectNotFound,
        files.isEmpty ? "no \(Project.fileName) in this commit" : "which project is not told",
        notes: files, help: ["run it in the project's folder of a clone with a work tree"])
    }
    return String(only.dropLast(Project.fileName.count + 1))
  }
}

extension ReadProject {
  var declared: DeclaredProject {
    DeclaredProject(
      connections: Dictionary(states.map { ($0.environment?.name, $0.connections) }) { first, _ in
        first
      }, settings: project.settings, flows: flows)
  }
}
