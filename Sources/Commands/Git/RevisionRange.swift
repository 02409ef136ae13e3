/// The two revisions that a diff compares, as a user names them.
package enum RevisionRange: Hashable, Sendable {
  /// No revision was given: HEAD and the work tree.
  case headAndWorkTree
  /// `A`: that commit and the work tree, or HEAD in a bare repository.
  case since(String)
  /// `A..B`.
  case commits(String, String)
  /// `A...B`: B, and the commit where it branched from A.
  case mergeBase(String, String)

  /// A missing name before or after the dots means HEAD.
  package init(_ text: String?) {
    func names(around dots: Range<String.Index>, in text: String) -> (String, String) {
      func name(_ part: Substring) -> String { part.isEmpty ? "HEAD" : String(part) }
      return (name(text[..<dots.lowerBound]), name(text[dots.upperBound...]))
    }
    guard let text else {
      self = .headAndWorkTree
      return
    }
    if let dots = text.firstRange(of: "...") {
      let (old, new) = names(around: dots, in: text)
      self = .mergeBase(old, new)
    } else if let dots = text.firstRange(of: "..") {
      let (old, new) = names(around: dots, in: text)
      self = .commits(old, new)
    } else {
      self = .since(text)
    }
  }
}
