import Foundation

/// The commit that is checked out, read from git's own files (gitrepository-layout(5)).
package enum GitHead {
  /// - Parameter folder: in a work tree: the main one, a linked one or a submodule's.
  /// - Returns: `nil` outside of a work tree, and before the first commit.
  package static func commit(above folder: String) -> String? {
    guard let folder = repository(above: folder).flatMap({ GitFolder(of: $0) }),
      let head = GitFolder.line(folder.own + "/HEAD")
    else { return nil }
    guard head.hasPrefix("ref: ") else { return valid(head) }
    let name = String(head.dropFirst(5))
    if let commit = GitFolder.line(folder.shared + "/" + name) { return valid(commit) }
    let packed = GitFolder.text(folder.shared + "/packed-refs") ?? ""
    return packed.split(separator: "\n").first { $0.hasSuffix(" " + name) }
      .flatMap { valid(String($0.prefix { $0 != " " })) }
  }

  /// The root of the work tree that contains a folder.
  package static func repository(above folder: String) -> String? {
    var folder = folder
    while !FileManager.default.fileExists(atPath: folder + "/.git") {
      if folder == "/" || folder.isEmpty { return nil }
      folder = URL(fileURLWithPath: folder).deletingLastPathComponent().path
    }
    return folder
  }

  private static func valid(_ text: String) -> String? {
    text.count >= 40 && text.allSatisfy(\.isHexDigit) ? text : nil
  }
}
