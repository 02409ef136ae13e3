package import Foundation
package import Logging

/// Git's own words about what it did not do.
package struct GitError: Error, Hashable, Sendable {
  package let words: String
  /// The exit code; -1 where git could not be started.
  package let status: Int32

  package init(words: String, status: Int32) {
    self.words = words
    self.status = status
  }
}

/// The user's git, asked in one folder. Its environment is ours, so that within a hook it looks at
/// the index that is being committed.
package struct Git: Sendable {
  package let folder: String
  private let logger: Logger?

  /// - Parameter logger: told of each call; what goes in and comes out is not.
  package init(folder: String, logger: Logger? = nil) {
    self.folder = folder
    self.logger = logger
  }

  /// What git prints.
  package func output(
    _ arguments: [String], input: Data? = nil, environment: [String: String] = [:]
  ) throws(GitError) -> Data {
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let finished: Child.Finished
    do throws(Child.NotStarted) {
      finished = try Child.run(
        ["git", "-C", folder] + arguments, environment: variables.map { "\($0)=\($1)" },
        input: Array(input ?? Data()))
    } catch {
      throw GitError(
        words: "it cannot be started: \(unsafe String(cString: strerror(error.code)))", status: -1)
    }
    logger?.debug("git \(arguments.joined(separator: " ")): \(finished.status)")
    guard finished.status == 0 else {
      throw GitError(
        words: String(decoding: finished.errors, as: UTF8.self)
          .trimmingCharacters(in: .whitespacesAndNewlines),
        status: finished.status)
    }
    return Data(finished.output)
  }

  package func line(
    _ arguments: [String], input: Data? = nil, environment: [String: String] = [:]
  ) throws(GitError) -> String {
    String(
      decoding: try output(arguments, input: input, environment: environment), as: UTF8.self
    ).trimmingCharacters(in: .newlines)
  }

  /// The bytes of objects in the order given; `nil` for one that is not there.
  package func objects(_ ids: [String]) throws(GitError) -> [[UInt8]?] {
    if ids.isEmpty { return [] }
    var reader = BatchReader(
      try output(
        ["cat-file", "--batch"], input: Data((ids.joined(separator: "\n") + "\n").utf8)))
    return ids.map { _ in reader.next() }
  }

  /// The regular files of a listing, which has lines of words, a tab and a path, ended by zeros: as
  /// `ls-tree -z` and `ls-files -s -z` print it.
  package static func files(
    in listing: Data, idAt index: Int
  ) -> [(path: String, id: String)] {
    listing.split(separator: 0).compactMap { line in
      let parts = String(decoding: line, as: UTF8.self).split(separator: "\t", maxSplits: 1)
      let words = parts[0].split(separator: " ")
      // No links, no other repositories.
      guard parts.count == 2, words.count > index, words[0].hasPrefix("100") else { return nil }
      return (String(parts[1]), String(words[index]))
    }
  }

  /// The files of the folder that the index adds or changes, relative to it.
  package func stagedFiles() throws(GitError) -> [String] {
    try output([
      "diff", "--cached", "--name-only", "-z", "--relative", "--no-renames", "--diff-filter=ACMT",
    ]).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Where this folder is in its repository; empty for the root.
  package func folderInRepository() throws(GitError) -> String {
    let prefix = try line(["rev-parse", "--show-prefix"])
    return prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
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
