import Foundation
import GitPlumbing
import TestSupport

/// A repository of git's own making, in a temporary folder.
struct TestRepository {
  let folder: TemporaryFolder
  let git: Git

  init(isBare: Bool = false) throws {
    folder = try TemporaryFolder()
    git = Git(folder: folder.path, isBare: isBare)
    _ = try git.output(["init", "--quiet", "--initial-branch=main"] + (isBare ? ["--bare"] : []))
  }

  func write(_ text: String, to path: String) throws {
    let full = folder.path + "/" + path
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: full).deletingLastPathComponent().path,
      withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: full))
  }

  /// Commits all that is in the work tree.
  ///
  /// - Returns: the commit's id.
  @discardableResult
  func commit() throws -> String {
    _ = try git.output(["add", "--all"])
    _ = try git.output(
      ["commit", "--quiet", "--allow-empty", "--no-gpg-sign", "--message=x"],
      environment: Self.identity)
    return try git.line(["rev-parse", "HEAD"])
  }

  func blob(_ bytes: [UInt8]) throws -> String {
    try git.line(["hash-object", "-w", "--stdin"], input: Data(bytes))
  }

  static let identity = [
    "GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.com",
    "GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "ann@example.com",
  ]
}
