import Diagnostics
import Foundation

/// The user's git, asked in one folder. Its environment is ours, so that within a hook it looks at
/// the index that is being committed.
struct Git {
  let folder: String

  /// What git prints.
  ///
  /// - Throws: a diagnostic with git's own words.
  func output(_ arguments: [String], input: Data? = nil) throws(Diagnostic) -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "-C", folder] + arguments
    let output = Pipe()
    let errors = Pipe()
    let feed = input.map { _ in Pipe() }
    process.standardInput = feed ?? FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    do {
      try process.run()
    } catch {
      throw .gitFailed("it cannot be started: \((error as NSError).localizedDescription)")
    }
    if let input, let feed {
      // Git answers while it is still asked, and neither pipe holds everything.
      DispatchQueue.global().async {
        try? feed.fileHandleForWriting.write(contentsOf: input)
        try? feed.fileHandleForWriting.close()
      }
    }
    // Its errors are a few lines, which a pipe holds while the output is read.
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let words = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw .gitFailed(
        String(decoding: words, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }
    return text
  }

  func line(_ arguments: [String]) throws(Diagnostic) -> String {
    String(decoding: try output(arguments), as: UTF8.self)
      .trimmingCharacters(in: .newlines)
  }

  /// The files of the folder that the index adds or changes, relative to it.
  func stagedFiles() throws(Diagnostic) -> [String] {
    try output([
      "diff", "--cached", "--name-only", "-z", "--relative", "--no-renames", "--diff-filter=ACMT",
    ]).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }
}

extension Diagnostic {
  fileprivate static func gitFailed(_ words: String) -> Diagnostic {
    Diagnostic(
      .gitFailed, "git did not do what it was asked", notes: [words],
      help: ["run it within a git repository, with git installed"])
  }
}
