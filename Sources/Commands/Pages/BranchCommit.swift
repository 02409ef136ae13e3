import Diagnostics
import Foundation
import GitPlumbing

/// Commits files of the work tree on a branch, which is checked out then, as `git switch -c` and
/// `git commit` do. No file is touched, and no hook is run.
struct BranchCommit {
  private let git: Git

  struct Made: Encodable {
    let branch: String
    let commit: String
    /// What shares it.
    let commands: [String]
  }

  /// - Parameter root: the project's folder.
  init(_ root: String) { git = Git(folder: root) }

  /// 1. The branch must be new, or the one that is checked out.
  /// 2. The commit is made of the present one and the files, in an index of its own, so that what a user
  ///    staged is not in it.
  /// 3. The files are staged, so that nothing seems to be changed afterwards.
  /// 4. The branch is moved, if it is still where it was, and checked out.
  ///
  /// - Parameter files: relative to the project's folder; one that does not exist is removed.
  func commit(_ files: [String], on branch: String, message: String) throws -> Made {
    let ref = "refs/heads/\(branch)"
    guard !branch.hasPrefix("-"),
      (try? git.line(["check-ref-format", "--branch", branch])) == branch
    else { throw Failure(.invalidBranch) }
    let head = try git.commit("HEAD")
    let isCurrent = (try? git.line(["symbolic-ref", "--quiet", "HEAD"])) == ref
    if !isCurrent, (try? git.target(ofRef: ref)) != nil { throw Failure(.branchExists(branch)) }
    let index = NSTemporaryDirectory() + "/vaultctl-index-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: index) }
    let own = ["GIT_INDEX_FILE": index]
    _ = try git.output(["read-tree", head], environment: own)
    try stage(files, environment: own)
    let tree = try git.line(["write-tree"], environment: own)
    if try git.line(["rev-parse", "\(head)^{tree}"]) == tree { throw Failure(.nothingToCommit) }
    let commit = try git.line(
      ["commit-tree", tree, "-p", head, "-F", "-"], input: Data(message.utf8))
    try stage(files)
    let none = String(repeating: "0", count: head.count)
    _ = try git.output(
      ["update-ref", "-m", "commit: vault page", ref, commit, isCurrent ? head : none])
    if !isCurrent { _ = try git.output(["symbolic-ref", "-m", "vault page", "HEAD", ref]) }
    return Made(
      branch: branch, commit: commit, commands: ["git push -u origin \(shellWord(branch))"])
  }

  private func stage(_ files: [String], environment: [String: String] = [:]) throws(GitError) {
    let list = Data(files.flatMap { Array($0.utf8) + [0] })
    _ = try git.output(
      ["update-index", "--add", "--remove", "-z", "--stdin"], input: list, environment: environment)
  }
}

extension Diagnostic {
  fileprivate static var invalidBranch: Diagnostic {
    Diagnostic(
      .gitFailed, "git has no branches of this name",
      help: ["use letters, digits, `-`, `_` and `/`"])
  }

  fileprivate static func branchExists(_ branch: String) -> Diagnostic {
    Diagnostic(
      .gitFailed, "branch `\(branch)` exists, and another one is checked out",
      notes: ["nothing was committed"],
      help: ["choose a new name, or check it out: git switch \(shellWord(branch))"])
  }

  static var nothingToCommit: Diagnostic {
    Diagnostic(
      .gitFailed, "nothing that was written here differs from the last commit",
      help: ["see what is in the work tree: git status"])
  }
}
