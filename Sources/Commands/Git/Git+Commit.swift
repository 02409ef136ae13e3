import GitPlumbing

extension Git {
  /// The id of a commit that a user names.
  func commit(_ revision: String) throws -> String {
    if let commit = commitIfAny(revision) { return commit }
    // Outside of a repository this fails for its own reason.
    _ = try line(["rev-parse", "--git-dir"])
    throw Failure(.noCommit(hasCommits: commitIfAny("HEAD") != nil))
  }

  private func commitIfAny(_ revision: String) -> String? {
    try? line(["rev-parse", "--verify", "--end-of-options", "\(revision)^{commit}"])
  }
}
