/// One version of a connection that a store keeps: its author and its time; never a value.
package struct StoredVersion: Hashable, Sendable {
  package enum State: String, Hashable, Sendable {
    case present, kept
    /// The store's own tools can restore it.
    case deleted
    case destroyed
  }

  package let version: StoreVersion
  package let at: Timestamp
  /// `nil` if the store does not say.
  package let who: String?
  package let commit: String?
  package let state: State

  package init(
    version: StoreVersion, at: Timestamp, who: String?, commit: String?, state: State
  ) {
    self.version = version
    self.at = at
    self.who = who
    self.commit = commit
    self.state = state
  }
}
