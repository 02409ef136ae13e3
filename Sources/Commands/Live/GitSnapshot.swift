import Diagnostics
import Foundation
import GitPlumbing

/// A folder's files as a commit or the index has them; needs no work tree.
struct GitSnapshot: ManifestSource {
  private let git: Git
  /// The objects' ids by path.
  private let blobs: [String: String]

  /// - Parameter folder: within the commit; empty for its root.
  init(_ git: Git, commit: String, folder: String) throws {
    let prefix = folder.isEmpty ? "" : folder + "/"
    let paths = folder.isEmpty ? [] : ["--", prefix]
    let listing = try git.output(["ls-tree", "-r", "-z", "--full-tree", commit] + paths)
    self.init(
      git, Git.files(in: listing, idAt: 2).map { (String($0.path.dropFirst(prefix.count)), $0.id) })
  }

  /// What is staged of the folder that `git` looks at.
  init(stagedIn git: Git) throws {
    self.init(git, Git.files(in: try git.output(["ls-files", "-s", "-z"]), idAt: 1))
  }

  private init(_ git: Git, _ files: [(path: String, id: String)]) {
    self.git = git
    blobs = Dictionary(files.map { ($0.path, $0.id) }) { first, _ in first }
  }

  func exists(_ path: String) -> Bool {
    blobs[path] != nil || blobs.keys.contains { $0.hasPrefix(path + "/") }
  }

  func files(at path: String) -> [String] {
    if blobs[path] != nil { return [path] }
    let prefix = path == "." || path.isEmpty ? "" : path + "/"
    return blobs.keys.filter { $0.hasPrefix(prefix) && isVisible($0) }.sorted()
  }

  func read(_ files: [String]) throws(Diagnostic) -> [Result<[UInt8], Diagnostic>] {
    let known = files.compactMap { blobs[$0] }
    let contents: [[UInt8]?]
    do throws(GitError) {
      contents = try git.objects(known)
    } catch {
      throw Diagnostic(error)
    }
    var found = contents.makeIterator()
    return files.map { file in
      guard blobs[file] != nil, let bytes = found.next() ?? nil else {
        return .failure(.missing(file))
      }
      return .success(bytes)
    }
  }
}

extension Diagnostic {
  init(_ error: GitError) {
    self.init(
      .gitFailed, "git did not do what it was asked", notes: [error.words],
      help: ["run it within a git repository, with git installed"])
  }
}
