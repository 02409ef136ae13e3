import Files
import Foundation

/// The commit that is checked out, read from git's own files (gitrepository-layout(5)).
package enum GitHead {
  /// - Parameter folder: in the work tree.
  /// - Returns: `nil` outside of a work tree, and before the first commit.
  package static func commit(above folder: String) -> String? {
    guard let folder = repository(above: folder) else { return nil }
    guard let head = line(folder + "/.git/HEAD") else { return nil }
    guard head.hasPrefix("ref: ") else { return valid(head) }
    let name = String(head.dropFirst(5))
    if let commit = line(folder + "/.git/" + name) { return valid(commit) }
    let packed = text(folder + "/.git/packed-refs") ?? ""
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

  private static func line(_ path: String) -> String? {
    text(path)?.split(separator: "\n").first.map(String.init)
  }

  /// A folder that was copied and not cloned can have anything there.
  private static func text(_ path: String) -> String? {
    let bytes = try? RegularFile(limit: FileLimit.plan, links: .followed).bytes(path)
    return bytes.map { String(decoding: $0, as: UTF8.self) }
  }

  private static func valid(_ text: String) -> String? {
    text.count >= 40 && text.allSatisfy(\.isHexDigit) ? text : nil
  }
}
