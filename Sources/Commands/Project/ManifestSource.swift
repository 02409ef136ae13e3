package import Diagnostics
import Manifests

/// The source of a project's files: the disk, git's index, or a commit.
///
/// Files are named relative to the project's root, with `/` between their parts; `.` is the root.
package protocol ManifestSource: Sendable {
  /// Whether there is anything at a path.
  func exists(_ path: String) -> Bool

  /// What is at or below a path, sorted; nothing if there is no such path. What is hidden is left out.
  ///
  /// No link is followed: if a part of the path itself is one, that link is all there is.
  func entries(at path: String) throws(Diagnostic) -> [SourceEntry]

  /// The files' bytes in the order given. A file that cannot be read, or has more bytes than the limit,
  /// does not fail the others.
  func read(_ files: [String], limit: Int) throws(Diagnostic) -> [Result<[UInt8], Diagnostic>]
}

extension ManifestSource {
  package func read(_ file: String, limit: Int) throws(Diagnostic) -> [UInt8] {
    guard let result = try read([file], limit: limit).first else { throw .missing(file) }
    return try result.get()
  }
}
