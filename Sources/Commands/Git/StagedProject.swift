import Diagnostics
import GitPlumbing
import Manifests

/// The index; a project file that git does not have is read from the working tree.
struct StagedProject: ManifestSource {
  private let staged: GitSnapshot
  private let files: ProjectFiles

  init(_ git: Git) throws {
    staged = try GitSnapshot(stagedIn: git)
    files = ProjectFiles(root: git.folder)
  }

  func exists(_ path: String) -> Bool { staged.exists(path) || files.exists(path) }
  func entries(at path: String) -> [SourceEntry] { staged.entries(at: path) }

  func read(_ names: [String], limit: Int) throws(Diagnostic) -> [Result<[UInt8], Diagnostic>] {
    let isProjectFile = names == [Project.fileName] && !staged.exists(Project.fileName)
    return try isProjectFile
      ? files.read(names, limit: limit) : staged.read(names, limit: limit)
  }
}
