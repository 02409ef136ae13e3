import Diagnostics
import GitPlumbing
import Manifests

/// A commit whose project file is trusted.
struct TrustedCommit: Sendable {
  private let git: Git
  let commit: String
  /// The project's folder in it, with a slash at its end; empty for the root.
  private let prefix: String
  /// For messages.
  let origin: String

  /// - Parameter root: the project's folder.
  /// - Throws: a diagnostic if the commit is not in this clone.
  init(_ source: Revision, root: String) throws(Diagnostic) {
    let git = Git(folder: root)
    self.git = git
    let isThere: Bool
    do throws(GitError) {
      let folder = try git.workTree().folder
      prefix = folder.isEmpty ? "" : folder + "/"
      switch source {
      case .ref(let ref):
        commit = try git.target(ofRef: ref)
        origin = ref
      case .targetBranch(let branch):
        let ref = "refs/remotes/\(try git.standardRemote() ?? "origin")/\(branch)"
        commit = try git.target(ofRef: ref)
        origin = ref
      case .commit(let id):
        commit = id
        origin = "commit \(id)"
      }
      isThere = try git.commits([commit]) != nil
    } catch {
      throw .missing(source, because: "git: \(error.words)")
    }
    guard isThere else { throw .missing(source, because: "no commit was found for: \(origin)") }
  }

  enum Revision: Hashable, Sendable {
    /// A full ref.
    case ref(String)
    /// A branch of the remote.
    case targetBranch(String)
    case commit(String)
  }

  /// The bytes of a file of the project; `nil` if the commit does not have it.
  func file(_ path: String) throws(Diagnostic) -> [UInt8]? {
    // `cat-file --batch` reads one object's name in a line.
    if path.contains("\n") || prefix.contains("\n") { return nil }
    do throws(GitError) {
      return try git.objects(["\(commit):\(prefix)\(path)"]).first ?? nil
    } catch {
      throw Diagnostic(error)
    }
  }
}

extension Diagnostic {
  fileprivate static func missing(
    _ revision: TrustedCommit.Revision, because reason: String
  ) -> Diagnostic {
    let help =
      switch revision {
      case .ref: "name a ref or a commit that this clone has: --trust-ref refs/remotes/origin/main"
      case .targetBranch(let branch):
        "fetch it: git fetch --no-tags --depth=1 origin "
          + shellWord("+refs/heads/\(branch):refs/remotes/origin/\(branch)")
      case .commit(let id): "fetch it: git fetch --no-tags --depth=1 origin \(shellWord(id))"
      }
    return Diagnostic(
      .trustedFileMissing, "the trusted revision is not in this clone",
      notes: [
        "the trusted \(Project.fileName) decides where credentials go, so nothing was sent"
      ] + lines(of: reason), help: [help])
  }
}
