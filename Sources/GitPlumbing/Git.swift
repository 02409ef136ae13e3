package import Foundation
package import Logging
import Processes

/// The user's git, run in one folder, so that nothing in a work tree makes it run anything.
///
/// It gets the part of our environment that `ChildEnvironment` lists, `GIT_*` included.
package struct Git: Sendable {
  package let folder: String
  private let isBare: Bool
  private let logger: Logger?

  /// - Parameters:
  ///   - isBare: the folder itself is a bare repository, which the user named.
  ///   - logger: receives each call, without its input and output.
  package init(folder: String, isBare: Bool = false, logger: Logger? = nil) {
    self.folder = folder
    self.isBare = isBare
    self.logger = logger
  }

  /// Settings that take precedence over those of any file (git-config(1)).
  private static let safety = [
    // A folder of the work tree that looks like a bare repository is not taken for one.
    "safe.bareRepository=explicit",
    // Neither a monitor of files nor a hook nor a transport helper is run.
    "core.fsmonitor=false", hooksSetting, "protocol.ext.allow=never",
  ]
  private static let hooksSetting = "core.hooksPath=/dev/null"

  /// For a command that shows a diff: no program of an attribute is run.
  private static let withoutDrivers = ["--no-ext-diff", "--no-textconv"]

  /// The bytes that git prints.
  package func output(
    _ arguments: [String], input: Data? = nil, environment: [String: String] = [:]
  ) throws(GitError) -> Data {
    try output(Self.safety, arguments, input: input, environment: environment)
  }

  private func output(
    _ settings: [String], _ arguments: [String], input: Data? = nil,
    environment: [String: String] = [:]
  ) throws(GitError) -> Data {
    // What it says is shown among our own words, and looked at for the cause.
    let variables = ChildEnvironment.git(from: ProcessInfo.processInfo.environment)
      .merging(["LC_ALL": "C.UTF-8", "LANGUAGE": "en"]) { $1 }
      .merging(environment) { $1 }
    let place = ["git", "-C", folder] + (isBare ? ["--git-dir=."] : [])
    let finished: ChildProcess.Finished
    do throws(ChildProcess.NotStarted) {
      finished = try ChildProcess.run(
        place + settings.flatMap { ["-c", $0] } + arguments, environment: variables,
        input: Array(input ?? Data()))
    } catch {
      throw GitError(words: "git could not be started: \(error.reason)", status: -1)
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

  /// The ids of the commits that these revisions name; `nil` if any of them names no commit.
  package func commits(_ revisions: [String]) throws(GitError) -> [String]? {
    if revisions.contains(where: { $0.contains("\n") }) { return nil }
    let lines = String(
      decoding: try output(
        ["cat-file", "--batch-check=%(objectname) %(objecttype)"],
        input: Data(revisions.map { "\($0)^{commit}\n" }.joined().utf8)),
      as: UTF8.self
    ).split(separator: "\n").map { $0.split(separator: " ") }
    guard lines.count == revisions.count, lines.allSatisfy({ $0.count == 2 && $0[1] == "commit" })
    else { return nil }
    return lines.map { String($0[0]) }
  }

  /// What differs between two commits below a folder: by path, with its entry in the older and in
  /// the newer commit.
  ///
  /// - Parameter folder: empty for the root.
  package func differences(
    from old: String, to new: String, in folder: String
  ) throws(GitError) -> [(path: String, old: GitEntry?, new: GitEntry?)] {
    let listing = try output(
      ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--no-relative"]
        + Self.withoutDrivers + [old, new]
        + (folder.isEmpty ? [] : ["--", ":(top,literal)" + folder]))
    let parts = listing.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    return stride(from: 0, to: parts.count - 1, by: 2).compactMap { index in
      // `:MODE MODE ID ID STATUS`.
      let words = parts[index].dropFirst().split(separator: " ")
      guard words.count == 5 else { return nil }
      return (
        parts[index + 1], GitEntry(mode: words[0], id: words[2]),
        GitEntry(mode: words[1], id: words[3])
      )
    }
  }

  /// The sizes of objects in bytes, in the order given; `nil` for a missing one. Reads no contents.
  package func sizes(_ ids: [String]) throws(GitError) -> [Int?] {
    if ids.isEmpty { return [] }
    let lines = String(
      decoding: try output(
        ["cat-file", "--batch-check=%(objectsize)"],
        input: Data((ids.joined(separator: "\n") + "\n").utf8)), as: UTF8.self
    ).split(separator: "\n")
    return ids.indices.map { $0 < lines.count ? Int(lines[$0]) : nil }
  }

  /// The bytes of objects, in the order given; `nil` for a missing one.
  package func objects(_ ids: [String]) throws(GitError) -> [[UInt8]?] {
    if ids.isEmpty { return [] }
    var reader = BatchReader(
      try output(
        ["cat-file", "--batch"], input: Data((ids.joined(separator: "\n") + "\n").utf8)))
    return ids.map { _ in reader.next() }
  }

  /// The entries of a listing as `ls-tree -z` and `ls-files -s -z` print it: words, a tab and a path,
  /// each entry ended by a zero byte.
  package static func entries(
    in listing: Data, idAt index: Int
  ) -> [(path: String, entry: GitEntry)] {
    listing.split(separator: 0).compactMap { line in
      let parts = String(decoding: line, as: UTF8.self).split(separator: "\t", maxSplits: 1)
      let words = parts[0].split(separator: " ")
      guard parts.count == 2, words.count > index,
        let entry = GitEntry(mode: words[0], id: words[index])
      else { return nil }
      return (String(parts[1]), entry)
    }
  }

  /// The files of the folder that the index adds or changes, relative to the folder.
  package func stagedFiles() throws(GitError) -> [String] {
    try output(
      [
        "diff", "--cached", "--name-only", "-z", "--relative", "--no-renames",
        "--diff-filter=ACMT",
      ] + Self.withoutDrivers
    ).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The object that a ref names; the ref is taken as it is written, so that no tag or branch of a
  /// similar name is found instead.
  package func target(ofRef ref: String) throws(GitError) -> String {
    try line(["show-ref", "--verify", "--hash", "--", ref])
  }

  /// The remote that ledgers and pipelines use: `origin` if there is one; `nil` if there is none.
  package func standardRemote() throws(GitError) -> String? {
    let remotes = try line(["remote"]).split(separator: "\n").map(String.init)
    return remotes.contains("origin") ? "origin" : remotes.first
  }

  /// The absolute path of a file of the user's hooks; it may not exist.
  package func hook(_ name: String) throws(GitError) -> String {
    // Where hooks are is the one question that our own setting would change the answer of.
    let bytes = try output(
      Self.safety.filter { $0 != Self.hooksSetting },
      ["rev-parse", "--path-format=absolute", "--git-path", "hooks"])
    // Of the file itself, git would follow a link.
    return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines) + "/" + name
  }

  /// Whether the repository is bare, and where this folder is in it; empty for the root.
  package func workTree() throws(GitError) -> (isBare: Bool, folder: String) {
    let text = try line(["rev-parse", "--is-bare-repository", "--show-prefix"])
    let lines = text.split(separator: "\n", maxSplits: 1)
    let prefix = lines.count > 1 ? String(lines[1]) : ""
    return (lines.first == "true", prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix)
  }
}

/// Reads the output of `git cat-file --batch`: for each object a line `<id> <type> <size>`, its
/// bytes, and a line break.
private struct BatchReader {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ data: Data) { bytes = Array(data) }

  /// `nil` for a missing object, and at the end.
  mutating func next() -> [UInt8]? {
    guard let end = bytes[offset...].firstIndex(of: 0x0A) else { return nil }
    let words = String(decoding: bytes[offset..<end], as: UTF8.self).split(separator: " ")
    offset = end + 1
    guard words.count == 3, let size = Int(words[2]), offset + size < bytes.count else {
      return nil
    }
    defer { offset += size + 1 }
    return Array(bytes[offset..<(offset + size)])
  }
}
