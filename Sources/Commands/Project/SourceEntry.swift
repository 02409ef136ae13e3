/// A file of a source, or something else at a path where a file could be.
package struct SourceEntry: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case file
    /// A symbolic link, to a file or to a folder. It is never followed.
    case link
    /// A FIFO, a socket or a device.
    case special
    /// A folder that is a repository of its own, such as a submodule. It is never entered.
    case repository
  }

  /// Relative to the project's root.
  package let path: String
  package let kind: Kind

  package init(_ path: String, _ kind: Kind) {
    self.path = path
    self.kind = kind
  }
}
