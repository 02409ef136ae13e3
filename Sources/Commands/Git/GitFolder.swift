import Files
import Foundation

/// Where git keeps what belongs to a work tree (gitrepository-layout(5)).
///
/// In a linked work tree and in a submodule, `.git` is a file that names the folder.
struct GitFolder {
  /// Has what is the work tree's alone, `HEAD` among it.
  let own: String
  /// Has the branches, which all work trees of a repository share.
  let shared: String

  /// - Parameter workTree: its root.
  /// - Returns: `nil` if `.git` is a file that names no folder.
  init?(of workTree: String) {
    var folder = workTree + "/.git"
    if let link = Self.line(folder) {
      guard link.hasPrefix("gitdir: ") else { return nil }
      folder = Self.resolved(link.dropFirst(8), from: workTree)
    }
    own = folder
    shared =
      Self.line(folder + "/commondir").map { Self.resolved($0[...], from: folder) } ?? folder
  }

  /// The first line of a file; `nil` if it cannot be read.
  static func line(_ path: String) -> String? {
    text(path)?.split(whereSeparator: \.isNewline).first.map(String.init)
  }

  /// A folder that was copied and not cloned can have anything there.
  static func text(_ path: String) -> String? {
    let bytes = try? RegularFile(limit: FileLimit.plan, links: .followed).bytes(path)
    return bytes.map { String(decoding: $0, as: UTF8.self) }
  }

  private static func resolved(_ path: Substring, from folder: String) -> String {
    path.hasPrefix("/") ? String(path) : "\(folder)/\(path)"
  }
}
