/// A failed git command, in git's own words.
package struct GitError: Error, Hashable, Sendable {
  package let words: String
  /// The exit code; -1 if git could not be started.
  package let status: Int32

  package init(words: String, status: Int32) {
    self.words = words
    self.status = status
  }

  /// git runs with its messages untranslated.
  package var isOutsideRepository: Bool { words.contains("not a git repository") }
}
