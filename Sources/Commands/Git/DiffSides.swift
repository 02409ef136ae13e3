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
    let root = try? ProjectRoot.find(project)
    let git = Git(folder: root ?? project ?? FileManager.default.currentDirectoryPath)
    let (isBare, workTree) = try git.workTree()
    if root == nil, !isBare { _ = try ProjectRoot.find(project) }
    let ends = try Self.ends(range, git, isBare: isBare)
    // The project's folder in the repository; empty for its root.
    let folder = try root == nil ? git.projectFolder(in: ends.new) : workTree
    if let commit = ends.new,
      let (old, new) = try Self.differing(git, from: ends.old, to: commit, folder: folder)
    {
      self.old = old
      self.new = new
      return
    }
    let before = try GitSnapshot(git, commit: ends.old, folder: folder)
    old = before.exists(Project.fileName) ? try ReadProject(from: before) : nil
    if let commit = ends.new {
      new = try ReadProject(from: try GitSnapshot(git, commit: commit, folder: folder))
    } else {
      new = try ReadProject(from: Files(root: git.folder))
    }
  }

  /// The files that differ alone, where all others have no say in them.
  ///
  /// - Returns: `nil` where they have: the project file is another, there are environments that lie
  ///   over the base, or a name or a message is new, which may stand in another file as well.
  private static func differing(
    _ git: Git, from old: String, to new: String, folder: String
  ) throws -> (old: ReadProject, new: ReadProject)? {
    guard
      let parts = try GitSnapshot.differing(
        git, from: old, to: new, folder: folder, shared: Project.fileName)
    else { return nil }
    let after = try ReadProject(from: parts.new)
    if !after.project.environments.isEmpty { return nil }
    let before = try ReadProject(from: parts.old)
    let names = Set(before.manifests.flatMap(\.documents).map(\.name))
    if !names.isSuperset(of: after.manifests.flatMap(\.documents).map(\.name)) { return nil }
    if SealedValueIndex(before.declared).lacksMessages(of: after.declared) { return nil }
    return (before, after)
  }

  /// Commits by their ids; `new` is `nil` for the work tree.
  private static func ends(
    _ range: String?, _ git: Git, isBare: Bool
  ) throws -> (old: String, new: String?) {
    guard let range else { return (try git.commit("HEAD"), nil) }
    func ends(around dots: Range<String.Index>) throws -> (old: String, new: String) {
      let names = [range[..<dots.lowerBound], range[dots.upperBound...]]
        .map { $0.isEmpty ? "HEAD" : String($0) }
      if let commits = try git.commits(names) { return (commits[0], commits[1]) }
      return (try git.commit(names[0]), try git.commit(names[1]))
    }
    if let dots = range.firstRange(of: "...") {
      let (old, new) = try ends(around: dots)
      return (try git.line(["merge-base", old, new]), new)
    }
    if let dots = range.firstRange(of: "..") { return try ends(around: dots) }
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
