package import Model

/// One line of the store's log.
package struct StoreEvent: Hashable, Sendable {
  package let at: Timestamp
  package let who: String
  /// `create`, `update`, `record`, `delete`, `scopes`, `rename from` and `rename to` a name.
  package let what: String
  package let connection: String?
  package let version: Int64?
  package let commit: String?

  package init(
    at: Timestamp, who: String, what: String, connection: String?, version: Int64?,
    commit: String?
  ) {
    self.at = at
    self.who = who
    self.what = what
    self.connection = connection
    self.version = version
    self.commit = commit
  }
}
