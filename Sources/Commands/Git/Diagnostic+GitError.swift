import Diagnostics
import GitPlumbing

extension Diagnostic {
  init(_ error: GitError) {
    self.init(
      .gitFailed, "git failed", notes: [error.words],
      help: ["run this inside a git repository, with git installed"])
  }
}
