import Diagnostics
import Foundation
import GitPlumbing
import Manifests
import Planning

/// The two states of a project that a diff compares.
struct DiffSides {
  /// `nil` if the project did not exist then.
  let old: ProjectContents?
  let new: ProjectContents
  private let git: Git
  private let folder: String
  private let ends: (old: String, new: String?)

  /// All files of the older state.
  func oldFiles() throws -> GitSnapshot { try GitSnapshot(git, commit: ends.old, folder: folder) }

  func newFiles() throws -> any ManifestSource {
    try ends.new.map { try GitSnapshot(git, commit: $0, folder: folder) }
      ?? ProjectFiles(root: git.folder)
  }

  init(_ range: RevisionRange, project: String?) throws {
    let root = try? ProjectRoot.find(project)
    let start = root ?? project ?? FileManager.default.currentDirectoryPath
    let git = Git(
      folder: start, isBare: root == nil && Self.isBareRepository(start, isNamed: project != nil))
    let (isBare, workTree) = try git.workTree()
    if root == nil, !isBare { _ = try ProjectRoot.find(project) }
    let ends = try Self.ends(range, git, isBare: isBare)
    self.git = git
    self.ends = ends
    // The project's folder in the repository; empty for its root.
    let folder = try root == nil ? git.projectFolder(in: ends.new) : workTree
    self.folder = folder
    if let commit = ends.new,
      let (old, new) = try Self.differing(git, from: ends.old, to: commit, folder: folder)
    {
      self.old = old
      self.new = new
      return
    }
    let before = try GitSnapshot(git, commit: ends.old, folder: folder)
    // Whatever else was there was no project.
    let hadProject = before.entries(at: Project.fileName).map(\.kind) == [.file]
    old = hadProject ? try ProjectReader.contents(of: before) : nil
    if let commit = ends.new {
      new = try ProjectReader.contents(of: try GitSnapshot(git, commit: commit, folder: folder))
    } else {
      new = try ProjectReader.contents(of: ProjectFiles(root: git.folder))
    }
  }

  /// Whether a folder is a bare repository that may be read. One inside a work tree came with it, and
  /// so did its settings: the user must name it.
  private static func isBareRepository(_ folder: String, isNamed: Bool) -> Bool {
    let parts = ["HEAD", "objects", "refs"]
    return parts.allSatisfy { FileManager.default.fileExists(atPath: folder + "/" + $0) }
      && (isNamed || GitHead.repository(above: folder) == nil)
  }

  /// Only the files that differ, if no other file affects their meaning.
  ///
  /// - Returns: `nil` if another file does: the project file changed, environments overlay the
  ///   base, or a name or a message is new, which another file may have too.
  private static func differing(
    _ git: Git, from old: String, to new: String, folder: String
  ) throws -> (old: ProjectContents, new: ProjectContents)? {
    guard
      let parts = try GitSnapshot.differing(
        git, from: old, to: new, folder: folder, shared: Project.fileName)
    else { return nil }
    let after = try ProjectReader.contents(of: parts.new)
    if !after.project.environments.isEmpty { return nil }
    let before = try ProjectReader.contents(of: parts.old)
    let names = Set(before.manifests.flatMap(\.documents).map(\.name))
    if !names.isSuperset(of: after.manifests.flatMap(\.documents).map(\.name)) { return nil }
    if SealedValueIndex(before.declared).lacksMessages(of: after.declared) { return nil }
    return (before, after)
  }

  /// Commits by their ids; `new` is `nil` for the work tree.
  private static func ends(
    _ range: RevisionRange, _ git: Git, isBare: Bool
  ) throws -> (old: String, new: String?) {
    func ids(_ old: String, _ new: String) throws -> (old: String, new: String) {
      if let commits = try git.commits([old, new]) { return (commits[0], commits[1]) }
      return (try git.commit(old), try git.commit(new))
    }
    switch range {
    case .headAndWorkTree: return (try git.commit("HEAD"), nil)
    case .since(let revision):
      return (try git.commit(revision), isBare ? try git.commit("HEAD") : nil)
    case .commits(let old, let new): return try ids(old, new)
    case .mergeBase(let old, let new):
      let (old, new) = try ids(old, new)
      return (try git.line(["merge-base", old, new]), new)
    }
  }
}

extension Git {
  /// The folder of a commit's only project.
  fileprivate func projectFolder(in commit: String?) throws -> String {
    let text = try output(["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit ?? "HEAD"])
    let files = text.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      .filter { $0 == Project.fileName || $0.hasSuffix("/" + Project.fileName) }
    if files.contains(Project.fileName) { return "" }
    guard files.count == 1, let only = files.first else {
      throw Diagnostic(
        .projectNotFound,
        files.isEmpty
          ? "no \(Project.fileName) in this commit" : "more than one project in this commit",
        notes: files, help: ["run this in the project's folder of a clone with a working tree"])
    }
    return String(only.dropLast(Project.fileName.count + 1))
  }
}
