import Diagnostics
import Foundation

/// A folder's files as a commit or the index has them; needs no work tree.
struct GitSnapshot: ManifestSource {
  private let git: Git
  /// The objects' ids by path.
  private let blobs: [String: String]

  /// - Parameter folder: within the commit; empty for its root.
  init(_ git: Git, commit: String, folder: String) throws {
    let prefix = folder.isEmpty ? "" : folder + "/"
    let paths = folder.isEmpty ? [] : ["--", prefix]
    let listing = try git.output(["ls-tree", "-r", "-z", "--full-tree", commit] + paths)
    self.init(git, listing, idAt: 2, below: prefix)
  }

  /// What is staged of the folder that `git` looks at.
  init(stagedIn git: Git) throws {
    self.init(git, try git.output(["ls-files", "-s", "-z"]), idAt: 1, below: "")
  }

  /// - Parameter listing: lines of words, a tab, the path; ended by zeros.
  private init(_ git: Git, _ listing: Data, idAt index: Int, below prefix: String) {
    self.git = git
    var blobs: [String: String] = [:]
    for line in listing.split(separator: 0) {
      let parts = String(decoding: line, as: UTF8.self).split(separator: "\t", maxSplits: 1)
      let words = parts[0].split(separator: " ")
      // Regular files only: no links, no other repositories.
      guard parts.count == 2, words.count > index, words[0].hasPrefix("100") else { continue }
      blobs[String(parts[1].dropFirst(prefix.count))] = String(words[index])
    }
    self.blobs = blobs
  }

  func exists(_ path: String) -> Bool {
    blobs[path] != nil || blobs.keys.contains { $0.hasPrefix(path + "/") }
  }

  func files(at path: String) -> [String] {
    if blobs[path] != nil { return [path] }
    let prefix = path == "." || path.isEmpty ? "" : path + "/"
    return blobs.keys.filter { $0.hasPrefix(prefix) && isVisible($0) }.sorted()
  }

  func read(_ files: [String]) throws(Diagnostic) -> [Result<[UInt8], Diagnostic>] {
    let ids = files.compactMap { blobs[$0] }
    if ids.isEmpty { return files.map { .failure(.missing($0)) } }
    let text = try git.output(
      ["cat-file", "--batch"], input: Data((ids.joined(separator: "\n") + "\n").utf8))
    var contents = BatchReader(text)
    return files.map { file in
      guard blobs[file] != nil, let bytes = contents.next() else {
        return .failure(.missing(file))
      }
      return .success(bytes)
    }
  }
}

/// What `git cat-file --batch` prints: for each object a line `<id> <type> <size>`, its bytes, and a
/// line break.
private struct BatchReader {
  private let bytes: [UInt8]
  private var place = 0

  init(_ data: Data) { bytes = Array(data) }

  /// `nil` for an object that git does not have, and at the end.
  mutating func next() -> [UInt8]? {
    guard let end = bytes[place...].firstIndex(of: 0x0A) else { return nil }
    let words = String(decoding: bytes[place..<end], as: UTF8.self).split(separator: " ")
    place = end + 1
    guard words.count == 3, let size = Int(words[2]), place + size < bytes.count else {
      return nil
    }
    defer { place += size + 1 }
    return Array(bytes[place..<(place + size)])
  }
}
