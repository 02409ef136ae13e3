import Files
import Foundation

/// What the journal says before anything else is written.
struct ChangeRecord: Codable {
  /// One file. Digests are the SHA-256 of its bytes, in hexadecimal.
  struct Entry: Codable {
    let file: String
    /// Beside the file: first the new bytes, and the previous ones once they were exchanged.
    let temporary: String
    /// `nil`: the file is a new one.
    let before: String?
    let after: String
    /// Whether the file is removed once all files have their new bytes; earlier versions wrote no such
    /// entries.
    var removesFile: Bool?

    /// Where the previous file is while it is exchanged without renameat2(2).
    var previous: String { temporary + ".old" }

    var stateBefore: FileState { before.map { .file(digest: $0) } ?? .missing }
    var stateAfter: FileState { .file(digest: after) }

    private static let prefix = ".vaultctl-"

    init(_ file: String, before: [UInt8]?, after: [UInt8], removesFile: Bool) {
      self.file = file
      let folder = ProjectPath.folder(of: file)
      temporary = (folder == "." ? "" : folder + "/") + Self.prefix + RandomName.next()
      self.before = before.map(FileState.digest)
      self.after = FileState.digest(after)
      self.removesFile = removesFile ? true : nil
    }

    /// Whether it names a file of the project, and a temporary beside it as we name them.
    var isInside: Bool {
      let parts = file.split(separator: "/", omittingEmptySubsequences: false)
      let name = temporary.split(separator: "/").last ?? ""
      return !file.isEmpty && !parts.contains("") && !parts.contains(".") && !parts.contains("..")
        && ProjectPath.folder(of: file) == ProjectPath.folder(of: temporary)
        && name.hasPrefix(Self.prefix) && name.dropFirst(Self.prefix.count).allSatisfy(\.isHexDigit)
    }
  }

  /// The journal's own inode: one that came with a clone, or a copy, is not of this folder.
  let inode: UInt64
  let entries: [Entry]
  /// Folders that did not exist, the outermost first.
  let folders: [String]

  var files: [String] { entries.map(\.file) }
}
