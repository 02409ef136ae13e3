package import Model

/// One version of a connection that a store keeps: who made it, when; never a value.
package struct StoredVersion: Hashable, Sendable {
  package enum State: String, Hashable, Sendable {
    case present, kept
    /// It can be brought back by the store's own tools.
    case deleted
    case destroyed
  }

  package let version: StoreVersion
  package let at: Timestamp
  /// `nil` where the store does not tell.
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

extension CiphertextDigest {
  /// Of a value that was put back from an older version: the message that it came from is not known
  /// any more, so only its keyed digest tells whether it is the declared one.
  package static let unknown = CiphertextDigest("")
}
