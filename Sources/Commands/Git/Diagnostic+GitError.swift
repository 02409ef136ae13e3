import Diagnostics
import GitPlumbing

extension Diagnostic {
  init(_ error: GitError) {
    self.init(
      .gitFailed, "git did not do what it was asked", notes: [error.words],
      help: ["run it within a git repository, with git installed"])
  }
}
