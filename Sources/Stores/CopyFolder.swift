/// A private folder beside a store, for a copy of it. While it is in use, no other process removes it; what
/// a killed process left is removed with the next one.
package struct CopyFolder: Sendable {
  /// Absolute.
  package let path: String
  /// Removes it, with the copy and what SQLite has beside it.
  package let remove: @Sendable () -> Void

  package init(path: String, remove: @escaping @Sendable () -> Void) {
    self.path = path
    self.remove = remove
  }

  /// Of the copy, which does not exist yet.
  package var file: String { Self.file(in: path) }

  /// The file of the folder at `path`.
  package static func file(in path: String) -> String { path + "/store.db" }
}
