/// What a path names in a commit or in the index.
package struct GitEntry: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case file
    /// A symbolic link; its object holds the target's name.
    case link
    /// A commit of another repository.
    case submodule
  }

  package let kind: Kind
  /// The object's.
  package let id: String

  /// `nil` for a mode that names nothing, as the missing side of a difference has it
  /// (gitformat-index(5), "mode").
  init?(mode: Substring, id: Substring) {
    switch mode {
    case "120000": kind = .link
    case "160000": kind = .submodule
    case _ where mode.hasPrefix("100"): kind = .file
    default: return nil
    }
    self.id = String(id)
  }
}
