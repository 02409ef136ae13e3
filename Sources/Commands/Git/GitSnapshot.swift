import Diagnostics
import Foundation
import GitPlumbing

/// A folder's files as a commit or the index has them; needs no work tree.
struct GitSnapshot: ManifestSource {
  private let git: Git
  /// The objects' ids by path.
  private let blobs: [String: String]
  /// Objects that were already read.
  private let loaded: [String: [UInt8]]
  /// Whether the folder has files that it does not list.
  private let isPart: Bool

  /// - Parameter folder: within the commit; empty for its root.
  init(_ git: Git, commit: String, folder: String) throws {
    let prefix = folder.isEmpty ? "" : folder + "/"
    let paths = folder.isEmpty ? [] : ["--", prefix]
    let listing = try git.output(["ls-tree", "-r", "-z", "--full-tree", commit] + paths)
    self.init(
      git, Git.files(in: listing, idAt: 2).map { (String($0.path.dropFirst(prefix.count)), $0.id) })
  }

  /// The staged files of the folder that `git` runs in.
  init(stagedIn git: Git) throws {
    self.init(git, Git.files(in: try git.output(["ls-files", "-s", "-z"]), idAt: 1))
  }

  private init(
    _ git: Git, _ files: [(path: String, id: String)], loaded: [String: [UInt8]] = [:],
    isPart: Bool = false
  ) {
    self.git = git
    self.loaded = loaded
    self.isPart = isPart
    blobs = Dictionary(files.map { ($0.path, $0.id) }) { first, _ in first }
  }

  /// The files that differ between two commits, and one more file that does not differ.
  ///
  /// - Parameter shared: within the folder.
  /// - Returns: `nil` if the shared file differs, or neither commit has it.
  static func differing(
    _ git: Git, from old: String, to new: String, folder: String, shared: String
  ) throws -> (old: GitSnapshot, new: GitSnapshot)? {
    let prefix = folder.isEmpty ? "" : folder + "/"
    let found = try git.differences(from: old, to: new, in: folder)
      .map { (path: String($0.path.dropFirst(prefix.count)), old: $0.old, new: $0.new) }
    if found.contains(where: { $0.path == shared }) || folder.contains("\n") { return nil }
    let sharedObject = "\(new):\(prefix)\(shared)"
    let ids = [sharedObject] + found.flatMap { [$0.old, $0.new].compactMap { $0 } }
    let contents = try git.objects(ids)
    guard contents.first.map({ $0 != nil }) == true else { return nil }
    let loaded = Dictionary(zip(ids, contents).compactMap { id, bytes in bytes.map { (id, $0) } }) {
      first, _ in first
    }
    func side(_ id: (_ file: (path: String, old: String?, new: String?)) -> String?) -> GitSnapshot
    {
      let files = found.compactMap { file in id(file).map { (path: file.path, id: $0) } }
      return GitSnapshot(git, [(shared, sharedObject)] + files, loaded: loaded, isPart: true)
    }
    return (side(\.old), side(\.new))
  }

  func exists(_ path: String) -> Bool {
    isPart || blobs[path] != nil || blobs.keys.contains { $0.hasPrefix(path + "/") }
  }

  func files(at path: String) -> [String] {
    if blobs[path] != nil { return [path] }
    let prefix = path == "." || path.isEmpty ? "" : path + "/"
    return blobs.keys.filter { $0.hasPrefix(prefix) && Self.isVisible($0) }.sorted()
  }

  /// Whether no part of a path is hidden.
  private static func isVisible(_ path: String) -> Bool {
    !path.split(separator: "/").contains { $0.hasPrefix(".") && $0 != "." }
  }

  func read(_ files: [String]) throws(Diagnostic) -> [Result<[UInt8], Diagnostic>] {
    let wanted = files.compactMap { blobs[$0] }.filter { loaded[$0] == nil }
    var contents = loaded
    do throws(GitError) {
      for (id, bytes) in zip(wanted, try git.objects(wanted)) { contents[id] = bytes }
    } catch {
      throw Diagnostic(error)
    }
    return files.map { file in
      guard let id = blobs[file], let bytes = contents[id] else { return .failure(.missing(file)) }
      return .success(bytes)
    }
  }
}
