/// Who wrote, when, with which tool, from which commit.
package struct Provenance: Hashable, Sendable, Codable {
  /// `user@host`.
  package let who: String
  package let at: Timestamp
  package let toolVersion: String
  /// The commit checked out at the time, if the project is in git.
  package let commit: String?

  package init(who: String, at: Timestamp, toolVersion: String, commit: String?) {
    self.who = who
    self.at = at
    self.toolVersion = toolVersion
    self.commit = commit
  }
}
