import Diagnostics
import GitPlumbing

extension Diagnostic {
  init(_ error: GitError) {
    self.init(
      .gitFailed, "git failed", notes: Self.lines(of: error.words), help: [Self.help(for: error)])
  }

  private static func help(for error: GitError) -> String {
    if error.status == -1 { return "install it: apt-get install git" }
    if error.isOutsideRepository { return "run this inside a git repository" }
    if error.words.contains("dubious ownership") {
      return "if you trust its owner: git config --global --add safe.directory FOLDER"
    }
    return "see what is wrong with the repository: git status && git fsck"
  }

  static func noCommit(hasCommits: Bool) -> Diagnostic {
    if hasCommits {
      return Diagnostic(
        .gitFailed, "the revision names no commit of this repository",
        help: [
          "list branches and tags: git branch --all && git tag",
          "if the clone is shallow or older: git fetch --unshallow, or git fetch",
        ])
    }
    return Diagnostic(
      .gitFailed, "the repository has no commit yet", notes: ["there is nothing to compare with"],
      help: ["commit first: git add . && git commit"])
  }
}
