package import Diagnostics
package import Manifests

/// The source of a project's files: the disk, git's index, or a commit.
///
/// Files are named relative to the project's root, with `/` between their parts.
package protocol ManifestSource: Sendable {
  func exists(_ path: String) -> Bool

  /// Files at or below a path, sorted; none if there is no such path. Hidden files are left out.
  func files(at path: String) throws(Diagnostic) -> [String]

  /// The files' bytes in the order given. A file that cannot be read does not fail the others.
  func read(_ files: [String]) throws(Diagnostic) -> [Result<[UInt8], Diagnostic>]
}

extension ManifestSource {
  package func read(_ file: String) throws(Diagnostic) -> [UInt8] {
    guard let result = try read([file]).first else { throw .missing(file) }
    return try result.get()
  }

  /// Files that a glob matches, sorted.
  package func files(matching pattern: PathPattern) throws(Diagnostic) -> [String] {
    try files(at: pattern.fixedFolder).filter(pattern.matches)
  }
}
